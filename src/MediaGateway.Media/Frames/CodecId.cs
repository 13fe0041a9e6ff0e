namespace MediaGateway.Media.Frames;

/// <summary>The codecs that a track may have.</summary>
public enum CodecId
{
    /// <summary>H.264 / AVC video (ITU-T H.264).</summary>
    H264,

    /// <summary>AAC audio (ISO/IEC 14496-3).</summary>
    Aac,

    /// <summary>Opus audio (RFC 6716).</summary>
    Opus,

    /// <summary>MPEG-1 and MPEG-2 layer III audio (ISO/IEC 11172-3, 13818-3).</summary>
    Mp3,

    /// <summary>G.711 A-law audio (ITU-T G.711), 8 kHz mono.</summary>
    Pcma,

    /// <summary>G.711 mu-law audio (ITU-T G.711), 8 kHz mono.</summary>
    Pcmu,

    /// <summary>Speex audio, wideband: 16 kHz mono.</summary>
    Speex,

    /// <summary>Nellymoser Asao audio, the microphone codec of old Flash players.</summary>
    Nellymoser,

    /// <summary>ADPCM as FLV has it (Video File Format v10.1, E.4.2.1).</summary>
    Adpcm,

    /// <summary>Uncompressed audio.</summary>
    LinearPcm,

    /// <summary>AC-3 audio, over Enhanced RTMP only.</summary>
    Ac3,

    /// <summary>E-AC-3 audio, over Enhanced RTMP only.</summary>
    Eac3,

    /// <summary>FLAC audio, over Enhanced RTMP only.</summary>
    Flac,

    /// <summary>Sorenson Spark video, a variant of H.263.</summary>
    SorensonSpark,

    /// <summary>Screen video (Video File Format v10.1, E.4.3.3).</summary>
    ScreenVideo,

    /// <summary>Screen video version 2 (E.4.3.5).</summary>
    ScreenVideo2,

    /// <summary>On2 VP6 video.</summary>
    Vp6,

    /// <summary>On2 VP6 video with an alpha channel.</summary>
    Vp6Alpha,

    /// <summary>VP8 video, over Enhanced RTMP only.</summary>
    Vp8,

    /// <summary>VP9 video, over Enhanced RTMP only.</summary>
    Vp9,

    /// <summary>AV1 video, over Enhanced RTMP only.</summary>
    Av1,

    /// <summary>H.265 / HEVC video, over Enhanced RTMP only.</summary>
    Hevc,

    /// <summary>H.266 / VVC video, over Enhanced RTMP only.</summary>
    Vvc,

    /// <summary>No codec: timed data, such as cue points and captions, as an AMF0 data message has it.</summary>
    ScriptData,
}
