namespace MediaGateway.Media.Flv;

/// <summary>What an enhanced tag carries (Enhanced RTMP v2, VideoPacketType and AudioPacketType), the same names for both kinds.</summary>
public enum FlvEnhancedPacketType
{
    /// <summary>Nothing that is known.</summary>
    Unknown,

    /// <summary>The decoder configuration, also in the form of MPEG-2 TS.</summary>
    SequenceStart,

    /// <summary>A frame; for H.264, HEVC and VVC after 24 bits of composition time.</summary>
    CodedFrames,

    /// <summary>A frame whose composition time is zero and left out.</summary>
    CodedFramesWithoutTime,

    /// <summary>The end of the sequence.</summary>
    SequenceEnd,

    /// <summary>What describes the track: colours of a picture, channels of a sound.</summary>
    Metadata,
}
