namespace MediaGateway.Native.FFmpeg;

/// <summary>What an <see cref="AudioEncoder"/> is to do.</summary>
/// <param name="Name">The encoder's name in FFmpeg.</param>
/// <param name="CodecId">Its codec, one of <c>AV_CODEC_ID_*</c>.</param>
/// <param name="SampleFormat">How it wants its samples, one of <c>AV_SAMPLE_FMT_*</c>.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Channels">Channels, 1 or 2.</param>
internal sealed record AudioEncoderSettings(string Name, int CodecId, int SampleFormat, int SampleRate, int Channels)
{
    /// <summary>Bits per second of all channels; 0 leaves it to the other options.</summary>
    public int BitRate { get; init; }

    /// <summary>Options of the context and of the encoder, by their names in FFmpeg.</summary>
    public IReadOnlyList<(string Name, string Value)> Options { get; init; } = [];
}
