using System.Buffers;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Chunks;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Tests.Chunks;

/// <summary>A message as a test compares it.</summary>
internal sealed record ReadMessage(int ChunkStreamId, int Type, uint Timestamp, uint MessageStreamId, int Length);

/// <summary>Feeds a chunk reader piece by piece, as a pipe would: bytes that it leaves are offered again.</summary>
internal sealed class ChunkFeed : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _consumed;

    public ChunkFeed(BufferPool pool, RtmpLimits? limits = null)
    {
        Reader = new ChunkReader(limits ?? RtmpLimits.Default, pool);
    }

    public ChunkReader Reader { get; }

    public List<ReadMessage> Messages { get; } = [];

    public List<byte[]> Bodies { get; } = [];

    public OperationStatus Status { get; private set; } = OperationStatus.NeedMoreData;

    /// <summary>All messages of the bytes, delivered in pieces of the given length.</summary>
    public static List<ReadMessage> ReadAll(BufferPool pool, byte[] bytes, int pieceLength)
    {
        using var feed = new ChunkFeed(pool);
        for (int start = 0; start < bytes.Length; start += pieceLength)
        {
            feed.Feed(bytes.AsSpan(start, Math.Min(pieceLength, bytes.Length - start)));
        }

        return feed.Messages;
    }

    public OperationStatus Feed(ReadOnlySpan<byte> piece)
    {
        _bytes.Write(piece);
        if (Status == OperationStatus.InvalidData)
        {
            return Status;
        }

        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(_bytes.WrittenMemory[_consumed..]));
        while ((Status = Reader.Read(ref reader, out RtmpMessage message)) == OperationStatus.Done)
        {
            Messages.Add(new ReadMessage(
                message.ChunkStreamId,
                (int)message.Type,
                message.Timestamp,
                message.MessageStreamId,
                message.Length));
            Bodies.Add(message.Payload.ToArray());
            message.Dispose();
        }

        _consumed += (int)reader.Consumed;
        return Status;
    }

    public void Dispose() => Reader.Dispose();
}
