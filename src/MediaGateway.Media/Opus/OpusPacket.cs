namespace MediaGateway.Media.Opus;

/// <summary>What the table-of-contents byte of an Opus packet says (RFC 6716 3.1, 3.2).</summary>
/// <param name="Channels">1 or 2.</param>
/// <param name="FrameCount">Frames in the packet, 1 to 48.</param>
/// <param name="SamplesPerFrame">Samples of one frame at 48 kHz, 120 to 2880.</param>
public readonly record struct OpusPacket(int Channels, int FrameCount, int SamplesPerFrame)
{
    /// <summary>The longest packet, 120 ms at 48 kHz (RFC 6716 3.2.5).</summary>
    public const int MaximumSamples = 5760;

    private const int FirstHybridConfiguration = 12;
    private const int FirstCeltConfiguration = 16;

    /// <summary>Samples of the whole packet at 48 kHz: its duration.</summary>
    public int Samples => FrameCount * SamplesPerFrame;

    /// <summary>Reads the first bytes of a packet. False: it is empty, has no frames or lasts more than 120 ms.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out OpusPacket result)
    {
        result = default;
        if (packet.Length == 0)
        {
            return false;
        }

        // RFC 6716 3.1: | config  |s| c |
        byte toc = packet[0];
        int code = toc & 3;
        if (code == 3 && packet.Length < 2)
        {
            return false;
        }

        int frames = code switch
        {
            0 => 1,
            3 => packet[1] & 0x3F,
            _ => 2,
        };
        var parsed = new OpusPacket((toc & 4) != 0 ? 2 : 1, frames, SamplesOf(toc >> 3));
        if (frames == 0 || parsed.Samples > MaximumSamples)
        {
            return false;
        }

        result = parsed;
        return true;
    }

    // RFC 6716 table 2
    private static int SamplesOf(int configuration) => configuration switch
    {
        < FirstHybridConfiguration => (configuration & 3) switch
        {
            0 => 480,
            1 => 960,
            2 => 1920,
            _ => 2880,
        },
        < FirstCeltConfiguration => (configuration & 1) == 0 ? 480 : 960,
        _ => 120 << (configuration & 3),
    };
}
