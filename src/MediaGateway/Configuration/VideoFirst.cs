namespace MediaGateway.Configuration;

/// <summary>What RTMP players get of a stream's sound before its first picture.</summary>
internal enum VideoFirst
{
    /// <summary>The sound of a stream that has no picture yet is sent; a stream that has pictures begins with one.</summary>
    Off,

    /// <summary>Sound waits for the first picture, but no longer than it takes to see that the stream is sound only.</summary>
    On,

    /// <summary>As WCS does: without a picture nothing at all is sent, also of a stream that is sound only.</summary>
    Strict,
}
