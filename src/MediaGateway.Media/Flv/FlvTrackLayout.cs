namespace MediaGateway.Media.Flv;

/// <summary>How the tracks of an enhanced tag are told apart (Enhanced RTMP v2, AvMultitrackType).</summary>
public enum FlvTrackLayout
{
    /// <summary>There is no track number: the one track that everybody knows.</summary>
    Single,

    /// <summary>One track with its number, to the end of the tag.</summary>
    OneTrack,

    /// <summary>Several tracks of one codec, each with number and length.</summary>
    ManyTracks,

    /// <summary>Several tracks, each with codec, number and length.</summary>
    ManyCodecs,
}
