using System.Buffers.Binary;

namespace MediaGateway.Media.Mp3;

/// <summary>The header of a layer III frame (ISO/IEC 11172-3 2.4.1.3; ISO/IEC 13818-3 2.4.1 for the lower rates).</summary>
/// <param name="SampleRate">Samples per second, 8000 to 48000.</param>
/// <param name="Channels">1 or 2.</param>
/// <param name="Samples">Samples per channel of the frame: 1152, at 24 kHz and below 576.</param>
/// <param name="FrameLength">Bytes of the whole frame; 0 for a free format, whose length the header does not tell.</param>
/// <param name="SideInformation">Bytes of side information after the header and its check.</param>
/// <param name="HasCheck">Whether two bytes of CRC follow the header.</param>
public readonly record struct Mp3FrameHeader(
    int SampleRate, int Channels, int Samples, int FrameLength, int SideInformation, bool HasCheck)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 4;

    /// <summary>Bytes of the CRC.</summary>
    public const int CheckLength = 2;

    private const uint Sync = 0x7FF;
    private const int LayerThree = 1;
    private const int ReservedVersion = 1;
    private const int Version1 = 3;
    private const int Version2 = 2;
    private const int Mono = 3;

    // kbit/s, ISO/IEC 11172-3 2.4.2.3 and ISO/IEC 13818-3 2.4.2.3
    private static readonly int[] BitRates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

    private static readonly int[] LowBitRates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    private static readonly int[] SampleRates = [44_100, 48_000, 32_000];

    // ISO/IEC 11172-3 2.4.1.3
    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +---------------------+---+---+-+-------+---+-+-+---+---+-+-+---+
    // | 11 bits of sync     |ver|lay|p| rate  |smp|d|x|mod|ext|c|o|emp|    p = 0: a CRC follows; d: one byte of padding
    // +---------------------+---+---+-+-------+---+-+-+---+---+-+-+---+

    /// <summary>Reads a header; false when there is none of layer III.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out Mp3FrameHeader header)
    {
        header = default;
        if (source.Length < Length)
        {
            return false;
        }

        uint bits = BinaryPrimitives.ReadUInt32BigEndian(source);
        int version = (int)(bits >> 19) & 3;
        int rateIndex = (int)(bits >> 12) & 15;
        int sampleIndex = (int)(bits >> 10) & 3;
        bool isLayerThree = ((bits >> 17) & 3) == LayerThree;
        if (bits >> 21 != Sync || version == ReservedVersion || !isLayerThree || rateIndex == BitRates.Length || sampleIndex == SampleRates.Length)
        {
            return false;
        }

        bool isFirst = version == Version1;
        int sampleRate = SampleRates[sampleIndex] >> (isFirst ? 0 : version == Version2 ? 1 : 2);
        int samples = isFirst ? 1152 : 576;
        int bitRate = (isFirst ? BitRates : LowBitRates)[rateIndex] * 1000;
        int padding = (int)(bits >> 9) & 1;
        bool isMono = ((bits >> 6) & 3) == Mono;
        header = new Mp3FrameHeader(
            sampleRate,
            isMono ? 1 : 2,
            samples,
            bitRate == 0 ? 0 : (samples / 8 * bitRate / sampleRate) + padding,
            (isFirst, isMono) switch { (true, false) => 32, (false, true) => 9, _ => 17 },
            ((bits >> 16) & 1) == 0);
        return true;
    }
}
