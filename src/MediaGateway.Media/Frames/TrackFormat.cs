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

/// <summary>
/// Sound in a codec that needs no decoder configuration, as old encoders publish it and old players ask for it: MP3, G.711, Speex,
/// Nellymoser. A frame's payload is what the codec makes, without the FLV header.
/// </summary>
/// <param name="Codec">Which.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Channels">Number of channels.</param>
/// <param name="FlvHeader">The first byte of its FLV audio tags (Video File Format v10.1, E.4.2.1), kept as the publisher wrote it.</param>
public sealed record PlainAudioFormat(CodecId Codec, int SampleRate, int Channels, byte FlvHeader) : TrackFormat
{
    /// <inheritdoc/>
    public override CodecId Codec { get; } = Codec;

    /// <inheritdoc/>
    public override TrackKind Kind => TrackKind.Audio;
}

/// <summary>
/// Pictures in a codec whose keyframes carry all that a decoder must know: VP8, VP9 and AV1. A frame's payload is
/// one frame of VP8, one frame or superframe of VP9, or one temporal unit of AV1 in the low-overhead format. What a
/// transcoder of pictures takes; no publisher feeds a stream with it.
/// </summary>
/// <param name="Codec">Which.</param>
public sealed record PlainVideoFormat(CodecId Codec) : TrackFormat
{
    /// <inheritdoc/>
    public override CodecId Codec { get; } = Codec;

    /// <inheritdoc/>
    public override TrackKind Kind => TrackKind.Video;
}

/// <summary>
/// A track that the gateway passes on without a look inside: the old codecs of FLV (Spark, VP6, Screen video, ADPCM, PCM) and the new
/// ones of Enhanced RTMP (HEVC, AV1, VP9, ...). A frame's payload is the whole body of its FLV tag, header included.
/// </summary>
/// <param name="Codec">Which.</param>
/// <param name="Kind">Sound or pictures.</param>
/// <param name="SequenceTag">The whole body of the tag that configures the decoder; empty when the codec has none.</param>
/// <param name="TrackId">Which track of several (Enhanced RTMP v2, multitrack); 0 is the one that everybody gets.</param>
/// <param name="IsEnhanced">Whether the tags have the form of Enhanced RTMP, for which a player must have asked.</param>
public sealed record FlvTagFormat(CodecId Codec, TrackKind Kind, ReadOnlyMemory<byte> SequenceTag, int TrackId = 0, bool IsEnhanced = false)
    : TrackFormat
{
    /// <inheritdoc/>
    public override CodecId Codec { get; } = Codec;

    /// <inheritdoc/>
    public override TrackKind Kind { get; } = Kind;

    /// <summary>By content.</summary>
    public bool Equals(FlvTagFormat? other) =>
        other is not null && Codec == other.Codec && Kind == other.Kind && TrackId == other.TrackId && IsEnhanced == other.IsEnhanced
        && SequenceTag.Span.SequenceEqual(other.SequenceTag.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Codec, Kind, TrackId, SequenceTag.Length);
}

/// <summary>
/// Timed data of the publisher other than metadata. A frame's payload is the body of an AMF0 data message: a name, then values.
/// </summary>
public sealed record ScriptDataFormat : TrackFormat
{
    private ScriptDataFormat()
    {
    }

    /// <summary>The only one: data has nothing to configure.</summary>
    public static ScriptDataFormat Instance { get; } = new();

    /// <inheritdoc/>
    public override CodecId Codec => CodecId.ScriptData;

    /// <inheritdoc/>
    public override TrackKind Kind => TrackKind.Data;
}
