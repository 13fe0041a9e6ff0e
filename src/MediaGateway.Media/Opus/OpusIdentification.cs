namespace MediaGateway.Media.Opus;

/// <summary>The identification header of Opus (RFC 7845 5.1), which Enhanced RTMP v2 sends as its sequence start.</summary>
public static class OpusIdentification
{
    // Magic, version 1, channels, pre-skip 312 samples (6.5 ms, libopus's own delay), 48,000 Hz, gain 0, mapping family 0; little-endian.
    private static ReadOnlySpan<byte> Mono =>
        [(byte)'O', (byte)'p', (byte)'u', (byte)'s', (byte)'H', (byte)'e', (byte)'a', (byte)'d', 1, 1, 0x38, 0x01, 0x80, 0xBB, 0, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Stereo =>
        [(byte)'O', (byte)'p', (byte)'u', (byte)'s', (byte)'H', (byte)'e', (byte)'a', (byte)'d', 1, 2, 0x38, 0x01, 0x80, 0xBB, 0, 0, 0, 0, 0];

    /// <summary>The header for one or two channels.</summary>
    public static ReadOnlySpan<byte> Of(int channels) => channels == 1 ? Mono : Stereo;
}
