using System.Buffers.Binary;

namespace MediaGateway.EndToEndTests.Players;

/// <summary>
/// Puts RTMP messages together from chunks (RTMP 1.0, 5.3), independent of the gateway's own reader: bytes are added as they come, messages
/// taken when complete.
/// </summary>
internal sealed class RtmpMessageReader
{
    private const uint ExtendedTimestamp = 0xFFFFFF;

    private readonly Dictionary<int, ChunkStream> _chunkStreams = [];
    private readonly List<byte> _bytes = [];
    private readonly Queue<(int Position, long At)> _arrivals = new();
    private int _chunkSize = 128;
    private int _consumed;

    /// <summary>Adds bytes received at one time.</summary>
    public void Add(ReadOnlySpan<byte> bytes, long now)
    {
        _bytes.RemoveRange(0, _consumed);
        (int Position, long At)[] shifted = [.. _arrivals.Select(arrival => (arrival.Position - _consumed, arrival.At))];
        _arrivals.Clear();
        foreach ((int Position, long At) arrival in shifted)
        {
            _arrivals.Enqueue(arrival);
        }

        _consumed = 0;
        _bytes.AddRange(bytes);
        _arrivals.Enqueue((_bytes.Count, now));
    }

    /// <summary>Takes the next complete message.</summary>
    public bool TryTake(out RtmpMessage? message)
    {
        message = null;
        while (message is null)
        {
            if (!TryTakeChunk(out message))
            {
                return false;
            }
        }

        if (message is { Type: 1, Payload.Length: 4 })
        {
            _chunkSize = BinaryPrimitives.ReadInt32BigEndian(message.Payload);
        }

        return true;
    }

    // Consumes one whole chunk; the message is set when the chunk completes one.
    private bool TryTakeChunk(out RtmpMessage? message)
    {
        message = null;
        ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes)[_consumed..];
        if (bytes.Length < 3)
        {
            return false;
        }

        int format = bytes[0] >> 6;
        (int id, int position) = (bytes[0] & 63) switch
        {
            0 => (64 + bytes[1], 2),
            1 => (64 + bytes[1] + (bytes[2] << 8), 3),
            int small => (small, 1),
        };
        int header = format switch { 0 => 11, 1 => 7, 2 => 3, _ => 0 };
        if (bytes.Length < position + header + 4)
        {
            return false;
        }

        ChunkStream stream = _chunkStreams.TryGetValue(id, out ChunkStream? known) ? known : _chunkStreams[id] = new ChunkStream();
        ReadOnlySpan<byte> fields = bytes[position..];
        uint field = format == 3 ? stream.TimestampField : ReadUInt24(fields);
        int length = format <= 1 ? (int)ReadUInt24(fields[3..]) : stream.Length;
        int type = format <= 1 ? fields[6] : stream.Type;
        position += header;
        uint time = field;
        if (field == ExtendedTimestamp)
        {
            time = BinaryPrimitives.ReadUInt32BigEndian(bytes[position..]);
            position += 4;
        }

        int part = Math.Min(_chunkSize, length - stream.Payload.Count);
        if (bytes.Length < position + part)
        {
            return false;
        }

        if (stream.Payload.Count == 0)
        {
            stream.FirstByteAt = _arrivals.First(arrival => arrival.Position > _consumed).At;
            stream.Timestamp = format == 0 ? time : stream.Timestamp + (format == 3 ? stream.Delta : time);
            stream.Delta = format == 3 ? stream.Delta : time;
        }

        (stream.TimestampField, stream.Length, stream.Type) = (field, length, type);
        stream.Payload.AddRange(bytes.Slice(position, part));
        _consumed += position + part;
        while (_arrivals.Count > 1 && _arrivals.Peek().Position < _consumed)
        {
            _arrivals.Dequeue();
        }

        if (stream.Payload.Count == length)
        {
            message = new RtmpMessage(type, stream.Timestamp, [.. stream.Payload], stream.FirstByteAt, _arrivals.Peek().At);
            stream.Payload.Clear();
        }

        return true;
    }

    private static uint ReadUInt24(ReadOnlySpan<byte> bytes) => (uint)(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);

    private sealed class ChunkStream
    {
        public List<byte> Payload { get; } = [];

        public uint TimestampField { get; set; }

        public uint Timestamp { get; set; }

        public uint Delta { get; set; }

        public int Length { get; set; }

        public int Type { get; set; }

        public long FirstByteAt { get; set; }
    }
}
