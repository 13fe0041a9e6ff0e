namespace MediaGateway.Native.FFmpeg;

/// <summary>How sound is encoded.</summary>
public sealed record AacEncoderOptions
{
    /// <summary>Bits per second of both channels together. 128 kbit/s is transparent for most sources.</summary>
    public int BitRate { get; init; } = 128_000;

    /// <summary>
    /// FFmpeg's search for quantizers, its option <c>aac_coder</c>. <c>fast</c> takes a half to a sixth of the time of <c>twoloop</c> for speech,
    /// music and noise, and leaves less noise in them; <c>twoloop</c> is better for single tones.
    /// </summary>
    public string Coder { get; init; } = "fast";
}
