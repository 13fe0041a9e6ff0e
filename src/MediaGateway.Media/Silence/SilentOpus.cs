using MediaGateway.Media.Opus;

namespace MediaGateway.Media.Silence;

/// <summary>Opus packets whose CELT frames say that they are silent (RFC 6716 4.3, the flag <c>silence</c>), of every duration.</summary>
internal static class SilentOpus
{
    /// <summary>2.5 ms at 48 kHz: every duration is a multiple of it.</summary>
    private const int ShortestFrame = 120;

    /// <summary>CELT, full band, 2.5 ms (RFC 6716 table 2); the next three are 5, 10 and 20 ms.</summary>
    private const int FirstFullBand = 28;

    private const int LongestSize = 3;

    /// <summary>Mono, then stereo; by duration.</summary>
    private static readonly byte[][] Mono = CreateAll(isStereo: false);
    private static readonly byte[][] Stereo = CreateAll(isStereo: true);

    /// <summary>The silent packet; empty when the given one is broken.</summary>
    public static ReadOnlyMemory<byte> For(ReadOnlySpan<byte> payload) =>
        OpusPacket.TryParse(payload, out OpusPacket packet)
            ? (packet.Channels == 2 ? Stereo : Mono)[packet.Samples / ShortestFrame]
            : default;

    private static byte[][] CreateAll(bool isStereo) =>
        [.. Enumerable.Range(0, (OpusPacket.MaximumSamples / ShortestFrame) + 1).Select(units => Create(units, isStereo))];

    private static byte[] Create(int units, bool isStereo)
    {
        if (units == 0)
        {
            return [];
        }

        int size = LongestSize;
        while (units % (1 << size) != 0)
        {
            size--;
        }

        // RFC 6716 3.2.5: code 3, constant bit rate, no padding.
        int frames = units >> size;
        int toc = ((FirstFullBand + size) << 3) | (isStereo ? 4 : 0) | (frames == 1 ? 0 : 3);
        byte[] packet = new byte[(frames == 1 ? 1 : 2) + (frames * 2)];
        packet[0] = (byte)toc;
        packet[1] = (byte)frames;
        for (int frame = 0; frame < frames; frame++)
        {
            packet[^((2 * frame) + 2)] = 0xFF;
            packet[^((2 * frame) + 1)] = 0xFE;
        }

        return packet;
    }
}
