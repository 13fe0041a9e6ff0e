using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Flv;

/// <summary>The header of an AVC video tag, as FLV files and RTMP video messages carry it (Video File Format v10.1, E.4.3).</summary>
/// <param name="IsKeyframe">Whether decoding may start here.</param>
/// <param name="PacketType">What follows the header.</param>
/// <param name="CompositionMilliseconds">Presentation less decoding time, within 24 signed bits; 0 for a sequence header.</param>
public readonly record struct FlvVideoTag(bool IsKeyframe, FlvPacketType PacketType, int CompositionMilliseconds)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 5;

    /// <summary>The CodecID of AVC (E.4.3.1), also the <c>videocodecid</c> of metadata.</summary>
    public const int AvcCodecId = 7;

    private const int KeyframeType = 1;
    private const int InterFrameType = 2;
    private const int MinimumCompositionMilliseconds = -0x800000;
    private const int MaximumCompositionMilliseconds = 0x7FFFFF;

    // Video File Format v10.1, E.4.3.1 VIDEODATA, then AVCVIDEOPACKET
    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9
    // +-------+-------+---------------+-----------------------------------------------+
    // | frame | codec | AVC packet    | composition time (SI24)                       |
    // | type  |  = 7  | type          |                                               |
    // +-------+-------+---------------+-----------------------------------------------+

    /// <summary>Reads the header of an AVC tag; false when it is cut short or of another codec.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FlvVideoTag tag)
    {
        tag = default;
        if (source.Length < Length || (source[0] & 0x0F) != AvcCodecId || source[1] > (byte)FlvPacketType.EndOfSequence)
        {
            return false;
        }

        int composition = (UInt24.ReadBigEndian(source[2..]) << 8) >> 8;
        tag = new FlvVideoTag(source[0] >> 4 == KeyframeType, (FlvPacketType)source[1], composition);
        return true;
    }

    /// <summary>Writes the header to the first bytes of <paramref name="destination"/>. A composition time out of range is cut to it.</summary>
    public void Write(Span<byte> destination)
    {
        int frameType = IsKeyframe ? KeyframeType : InterFrameType;
        destination[0] = (byte)((frameType << 4) | AvcCodecId);
        destination[1] = (byte)PacketType;
        int composition = Math.Clamp(CompositionMilliseconds, MinimumCompositionMilliseconds, MaximumCompositionMilliseconds);
        UInt24.WriteBigEndian(destination[2..], composition);
    }
}
