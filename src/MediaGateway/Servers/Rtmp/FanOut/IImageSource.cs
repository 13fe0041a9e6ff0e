namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>What a cursor reads from: the feed of a stream, or a ring that a test fills. Used by the worker's thread only.</summary>
internal interface IImageSource
{
    /// <summary>The images.</summary>
    WireImageRing Ring { get; }

    /// <summary>Whether viewers may start: the formats of all tracks are known, or were waited for long enough.</summary>
    bool IsReady { get; }

    /// <summary>Metadata and sequence headers for a viewer who starts at an image; the caller gets a reference of its own.</summary>
    WireImage PreambleAt(long start);
}
