namespace MediaGateway.Media.Frames;

/// <summary>
/// What a decoder must know before the first frame of a track. Immutable; frames carry a reference to theirs, and a change of
/// reference between two frames of a track is a change of format.
/// </summary>
public abstract record TrackFormat
{
    /// <summary>The track's codec.</summary>
    public abstract CodecId Codec { get; }

    /// <summary>Sound or pictures.</summary>
    public abstract TrackKind Kind { get; }
}

/// <summary>H.264: the decoder configuration record and what its first SPS says.</summary>
/// <param name="ConfigurationRecord">An AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1) with four-byte NAL unit lengths.</param>
/// <param name="Width">Displayed width in pixels.</param>
/// <param name="Height">Displayed height in pixels.</param>
public sealed record H264Format(ReadOnlyMemory<byte> ConfigurationRecord, int Width, int Height) : TrackFormat
{
    /// <inheritdoc/>
    public override CodecId Codec => CodecId.H264;

    /// <inheritdoc/>
    public override TrackKind Kind => TrackKind.Video;

    /// <summary>By content: two formats are equal when a decoder would not notice the change.</summary>
    public bool Equals(H264Format? other) =>
        other is not null && Width == other.Width && Height == other.Height
        && ConfigurationRecord.Span.SequenceEqual(other.ConfigurationRecord.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height, ConfigurationRecord.Length);
}

/// <summary>AAC: the AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) and what it says.</summary>
/// <param name="AudioSpecificConfig">The configuration as it stands in a sequence header.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Channels">Number of channels.</param>
public sealed record AacFormat(ReadOnlyMemory<byte> AudioSpecificConfig, int SampleRate, int Channels) : TrackFormat
{
    /// <inheritdoc/>
    public override CodecId Codec => CodecId.Aac;

    /// <inheritdoc/>
    public override TrackKind Kind => TrackKind.Audio;

    /// <summary>By content.</summary>
    public bool Equals(AacFormat? other) =>
        other is not null && SampleRate == other.SampleRate && Channels == other.Channels
        && AudioSpecificConfig.Span.SequenceEqual(other.AudioSpecificConfig.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SampleRate, Channels, AudioSpecificConfig.Length);
}

/// <summary>Opus as WebRTC carries it: always a 48 kHz clock (RFC 7587 4.1).</summary>
/// <param name="Channels">Channels announced; a packet's own TOC decides (RFC 6716 3.1).</param>
public sealed record OpusFormat(int Channels) : TrackFormat
{
    /// <summary>The clock rate of every Opus stream (RFC 7587 4.1).</summary>
    public const int ClockRate = 48_000;

    /// <inheritdoc/>
    public override CodecId Codec => CodecId.Opus;

    /// <inheritdoc/>
    public override TrackKind Kind => TrackKind.Audio;
}
