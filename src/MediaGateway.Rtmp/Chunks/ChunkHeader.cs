using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Media.Memory;

namespace MediaGateway.Rtmp.Chunks;

/// <summary>
/// The basic header and message header of one chunk (RTMP 1.0, 5.3.1.1 and 5.3.1.2), types 0 to 3 in one routine. The extended
/// timestamp is apart, because whether it is there depends on the chunk stream.
/// </summary>
/// <param name="Format">The chunk type: which fields are present.</param>
/// <param name="ChunkStreamId">2 to 65,599.</param>
/// <param name="TimestampField">The 24-bit timestamp or delta; <see cref="ExtendedTimestampMark"/> when 32 bits follow. Types 0 to 2.</param>
/// <param name="MessageLength">Bytes of the whole message. Types 0 and 1.</param>
/// <param name="MessageTypeId">What the message carries. Types 0 and 1.</param>
/// <param name="MessageStreamId">The message stream, little-endian on the wire. Type 0.</param>
internal readonly record struct ChunkHeader(
    int Format,
    int ChunkStreamId,
    int TimestampField,
    int MessageLength,
    byte MessageTypeId,
    uint MessageStreamId)
{
    /// <summary>In the 24-bit field: the 32-bit field follows (5.3.1.3).</summary>
    public const int ExtendedTimestampMark = 0xFFFFFF;

    /// <summary>Bytes of the extended timestamp.</summary>
    public const int ExtendedTimestampLength = 4;

    /// <summary>Bytes of a type 0 message header, the longest.</summary>
    public const int LongestMessageHeader = 11;

    /// <summary>The first chunk stream that needs a basic header of two bytes.</summary>
    public const int FirstTwoByteId = 64;

    // RTMP 1.0, 5.3.1.1 basic header: the six low bits are the id, or say how many bytes of id follow.
    private const int IdFollowsInOneByte = 0;
    private const int IdFollowsInTwoBytes = 1;

    private static ReadOnlySpan<byte> MessageHeaderLengths => [LongestMessageHeader, 7, 3, 0];

    // RTMP 1.0, 5.3.1.2.1: type 0 has all fields, type 1 lacks the stream id, type 2 has the delta only, type 3 nothing.
    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |                   timestamp                   |message length |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |     message length (cont)     |message type id| msg stream id |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    // |           message stream id (cont)            |
    // +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

    /// <summary>Reads both headers, or nothing when they are not all there.</summary>
    public static bool TryRead(ref SequenceReader<byte> reader, out ChunkHeader header)
    {
        SequenceReader<byte> start = reader;
        header = default;
        if (!TryReadBasicHeader(ref reader, out int format, out int chunkStreamId))
        {
            reader = start;
            return false;
        }

        Span<byte> fields = stackalloc byte[LongestMessageHeader];
        fields.Clear();
        int length = MessageHeaderLengths[format];
        if (!reader.TryCopyTo(fields[..length]))
        {
            reader = start;
            return false;
        }

        reader.Advance(length);
        header = new ChunkHeader(
            format,
            chunkStreamId,
            UInt24.ReadBigEndian(fields),
            UInt24.ReadBigEndian(fields[3..]),
            fields[6],
            BinaryPrimitives.ReadUInt32LittleEndian(fields[7..]));
        return true;
    }

    /// <summary>Bytes of a basic header with this chunk stream id.</summary>
    public static int BasicHeaderLength(int chunkStreamId) => chunkStreamId switch
    {
        < FirstTwoByteId => 1,
        < FirstTwoByteId + 256 => 2,
        _ => 3,
    };

    /// <summary>Writes a basic header; returns its bytes.</summary>
    public static int WriteBasicHeader(Span<byte> destination, int format, int chunkStreamId)
    {
        int top = format << 6;
        int rest = chunkStreamId - FirstTwoByteId;
        int length = BasicHeaderLength(chunkStreamId);
        switch (length)
        {
            case 1:
                destination[0] = (byte)(top | chunkStreamId);
                break;
            case 2:
                destination[0] = (byte)(top | IdFollowsInOneByte);
                destination[1] = (byte)rest;
                break;
            default:
                destination[0] = (byte)(top | IdFollowsInTwoBytes);
                BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)rest);
                break;
        }

        return length;
    }

    /// <summary>Writes the eleven bytes of a type 0 message header.</summary>
    public void WriteAbsolute(Span<byte> destination)
    {
        UInt24.WriteBigEndian(destination, TimestampField);
        UInt24.WriteBigEndian(destination[3..], MessageLength);
        destination[6] = MessageTypeId;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[7..], MessageStreamId);
    }

    private static bool TryReadBasicHeader(ref SequenceReader<byte> reader, out int format, out int chunkStreamId)
    {
        format = 0;
        chunkStreamId = 0;
        if (!reader.TryRead(out byte first))
        {
            return false;
        }

        format = first >> 6;
        chunkStreamId = first & 0x3F;
        if (chunkStreamId > IdFollowsInTwoBytes)
        {
            return true;
        }

        if (!reader.TryRead(out byte low))
        {
            return false;
        }

        byte high = 0;
        if (chunkStreamId == IdFollowsInTwoBytes && !reader.TryRead(out high))
        {
            return false;
        }

        chunkStreamId = FirstTwoByteId + low + (high << 8);
        return true;
    }
}
