namespace MediaGateway.Streams;

/// <summary>Something about a WebRTC session that people should know while it goes on.</summary>
internal enum PeerNotice
{
    /// <summary>Nobody publishes the stream yet: the viewer waits.</summary>
    Waiting,

    /// <summary>The stream has B-frames: its pictures are converted, or cannot be shown.</summary>
    BFrames,

    /// <summary>The pictures are in a codec that has to be converted, or cannot be.</summary>
    VideoConverted,

    /// <summary>The network to the viewer takes less than the stream needs: only some of the pictures are sent.</summary>
    Bandwidth,

    /// <summary>The level that the viewer asked for is not to be had.</summary>
    Quality,
}
