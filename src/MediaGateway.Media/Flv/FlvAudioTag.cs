namespace MediaGateway.Media.Flv;

/// <summary>The header of an AAC audio tag, as FLV files and RTMP audio messages carry it (Video File Format v10.1, E.4.2).</summary>
/// <param name="PacketType">What follows the header.</param>
public readonly record struct FlvAudioTag(FlvPacketType PacketType)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 2;

    /// <summary>The SoundFormat of AAC (E.4.2.1), also the <c>audiocodecid</c> of metadata.</summary>
    public const int AacSoundFormat = 10;

    // E.4.2.1: AAC is always marked 44 kHz, 16 bit, stereo; its real rate and channels stand in the AudioSpecificConfig.
    private const byte AacFirstByte = (AacSoundFormat << 4) | 0x0F;

    // Video File Format v10.1, E.4.2.1 AUDIODATA, then AACAUDIODATA
    //  0                   1
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
    // +-------+---+-+-+---------------+
    // | sound | r |s|t| AAC packet    |
    // | format| a |i|y| type          |
    // | = 10  | te|ze|pe              |
    // +-------+---+-+-+---------------+

    /// <summary>Reads the header of an AAC tag; false when it is cut short or of another codec.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FlvAudioTag tag)
    {
        tag = default;
        if (source.Length < Length || source[0] >> 4 != AacSoundFormat || source[1] > (byte)FlvPacketType.Frame)
        {
            return false;
        }

        tag = new FlvAudioTag((FlvPacketType)source[1]);
        return true;
    }

    /// <summary>Writes the header to the first bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = AacFirstByte;
        destination[1] = (byte)PacketType;
    }
}
