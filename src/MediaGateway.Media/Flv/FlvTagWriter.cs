using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Flv;

/// <summary>Writes the parts of an FLV file (Video File Format v10.1, E.2 to E.4), one after the other. Stateless; nothing is allocated.</summary>
internal static class FlvTagWriter
{
    /// <summary>Bytes of the file header and of the size before the first tag.</summary>
    public const int FileHeaderLength = 13;

    /// <summary>Bytes before and after a tag's body.</summary>
    public const int TagOverhead = TagHeaderLength + sizeof(uint);

    private const int TagHeaderLength = 11;
    private const int DataOffset = 9;
    private const byte Version = 1;
    private const byte AudioFlag = 4;
    private const byte VideoFlag = 1;
    private const byte AudioTag = 8;
    private const byte VideoTag = 9;
    private const byte ScriptDataTag = 18;

    /// <summary>Writes the file header (E.2).</summary>
    public static void WriteFileHeader(IBufferWriter<byte> output, bool hasAudio, bool hasVideo)
    {
        Span<byte> header = output.GetSpan(FileHeaderLength)[..FileHeaderLength];
        "FLV"u8.CopyTo(header);
        header[3] = Version;
        header[4] = (byte)((hasAudio ? AudioFlag : 0) | (hasVideo ? VideoFlag : 0));
        BinaryPrimitives.WriteUInt32BigEndian(header[5..], DataOffset);
        header[DataOffset..].Clear();
        output.Advance(FileHeaderLength);
    }

    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +---------------+-----------------------------------------------+
    // | tag type      | size of the body                              |
    // +---------------+-------------------------------+---------------+
    // | time, low 24 bits                             | time, high 8  |
    // +-----------------------------------------------+---------------+
    // | stream id = 0                                 | body, then 32 bits: the size of all this
    // +-----------------------------------------------+

    /// <summary>Writes one tag; returns its bytes. The time leaves modulo 2^32, as readers unwrap it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="kind">What the tag is.</param>
    /// <param name="milliseconds">Its time from the file's beginning.</param>
    /// <param name="header">The first part of its body.</param>
    /// <param name="payload">The rest.</param>
    public static int WriteTag(IBufferWriter<byte> output, TrackKind kind, long milliseconds, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        int size = header.Length + payload.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, UInt24.MaxValue, nameof(payload));
        Span<byte> start = output.GetSpan(TagHeaderLength + FlvTagBody.LongestHeader);
        start[0] = kind switch
        {
            TrackKind.Audio => AudioTag,
            TrackKind.Video => VideoTag,
            _ => ScriptDataTag,
        };
        UInt24.WriteBigEndian(start[1..], size);
        uint time = unchecked((uint)milliseconds);
        UInt24.WriteBigEndian(start[4..], (int)(time & UInt24.MaxValue));
        start[7] = (byte)(time >> 24);
        start.Slice(8, 3).Clear();
        header.CopyTo(start[TagHeaderLength..]);
        output.Advance(TagHeaderLength + header.Length);
        output.Write(payload);
        Span<byte> end = output.GetSpan(sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(end, (uint)(TagHeaderLength + size));
        output.Advance(sizeof(uint));
        return size + TagOverhead;
    }
}
