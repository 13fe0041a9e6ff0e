namespace MediaGateway.Diagnostics;

/// <summary>What a <see cref="DelayHistogram"/> has counted since the start of the process.</summary>
/// <param name="Count">Delays recorded.</param>
/// <param name="P50Milliseconds">Half were not longer.</param>
/// <param name="P95Milliseconds">19 of 20 were not longer.</param>
/// <param name="P99Milliseconds">99 of 100 were not longer.</param>
/// <param name="MaximumMilliseconds">The longest.</param>
internal readonly record struct DelaySummary(long Count, double P50Milliseconds, double P95Milliseconds, double P99Milliseconds, double MaximumMilliseconds);
