namespace MediaGateway.Media.Frames;

/// <summary>The codecs that a track may have.</summary>
public enum CodecId
{
    /// <summary>H.264 / AVC video (ITU-T H.264).</summary>
    H264,

    /// <summary>AAC-LC audio (ISO/IEC 14496-3).</summary>
    Aac,

    /// <summary>Opus audio (RFC 6716).</summary>
    Opus,
}
