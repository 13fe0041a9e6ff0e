namespace MediaGateway.WebRtc.Congestion;

/// <summary>Bounds of an estimate of what a path carries. Immutable; all in bit/s.</summary>
internal sealed record SendEstimateOptions
{
    /// <summary>The estimate while nothing is known of the path.</summary>
    public long StartBitsPerSecond { get; init; } = 1_000_000;

    /// <summary>The lowest estimate: sound and a keyframe now and then.</summary>
    public long MinimumBitsPerSecond { get; init; } = 100_000;

    /// <summary>The highest estimate.</summary>
    public long MaximumBitsPerSecond { get; init; } = 20_000_000;
}
