namespace MediaGateway.Streams;

/// <summary>The bounds of a stream, as configured.</summary>
internal sealed record StreamLimits
{
    /// <summary>The longest group of pictures kept for joining viewers.</summary>
    public TimeSpan CacheDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest group of pictures kept for joining viewers, in payload bytes.</summary>
    public long CacheBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>While somebody watches, the age of a group of pictures at which a keyframe is requested.</summary>
    public TimeSpan KeyframeInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Streams published at the same time.</summary>
    public int MaximumStreams { get; init; } = 1000;
}
