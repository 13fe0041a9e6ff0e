namespace MediaGateway.Diagnostics;

/// <summary>How much memory is in use of how much that there is.</summary>
/// <param name="UsedBytes">In use.</param>
/// <param name="LimitBytes">What there is; 0 where it is not known.</param>
internal readonly record struct MemoryUse(long UsedBytes, long LimitBytes)
{
    /// <summary>The part in use, 0 to 1; 0 where the limit is not known.</summary>
    public double Share => LimitBytes > 0 ? (double)UsedBytes / LimitBytes : 0;
}
