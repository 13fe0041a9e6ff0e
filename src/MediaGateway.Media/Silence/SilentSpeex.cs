using MediaGateway.Media.Speex;

namespace MediaGateway.Media.Silence;

/// <summary>
/// Speex frames of 20 ms at the smallest gain that the codec has. They carry the low band only, as a wideband stream may (The Speex
/// Codec Manual, 10.2), so that one pattern of 160 bits serves narrowband and wideband.
/// </summary>
internal static class SilentSpeex
{
    /// <summary>Narrowband submode 3, 8 kbit/s: what an encoder makes of zeros once it has settled.</summary>
    private static readonly byte[] Frame =
    [
        0x1E, 0x9D, 0x66, 0x00, 0x00, 0x39, 0xCE, 0x70, 0x00, 0x1C, 0xE7, 0x38, 0x00, 0x0E, 0x73, 0x9C, 0x00, 0x07, 0x39, 0xCE,
    ];

    private static readonly byte[] Frames = [.. Enumerable.Repeat(Frame, SpeexPacket.MaximumFrames).SelectMany(frame => frame)];

    /// <summary>As many silent frames as the packet has; empty when it is broken.</summary>
    public static ReadOnlyMemory<byte> For(ReadOnlySpan<byte> payload) =>
        SpeexPacket.TryParse(payload, out SpeexPacket packet) ? Frames.AsMemory(0, packet.FrameCount * Frame.Length) : default;
}
