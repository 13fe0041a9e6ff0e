namespace MediaGateway.Streams;

/// <summary>Where an outlet's copy of a stream begins.</summary>
internal enum StartPoint
{
    /// <summary>With the cached group of pictures, so that the picture is there at once (RTMP); else with the next keyframe.</summary>
    CachedGroup,

    /// <summary>
    /// With the next keyframe, which is requested: lowest delay (WebRTC). Of a publisher that cannot be asked for one, as with
    /// <see cref="CachedGroup"/>: its next keyframe may be ten seconds away.
    /// </summary>
    NextKeyframe,
}
