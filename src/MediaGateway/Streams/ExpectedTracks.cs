namespace MediaGateway.Streams;

/// <summary>Which tracks a publisher has announced (for WebRTC: the accepted m-lines of its offer).</summary>
[Flags]
internal enum ExpectedTracks
{
    /// <summary>Nothing is known: the first track that shows itself is enough to start.</summary>
    None = 0,

    /// <summary>One audio track.</summary>
    Audio = 1,

    /// <summary>One video track.</summary>
    Video = 2,

    /// <summary>One of each.</summary>
    AudioAndVideo = Audio | Video,
}
