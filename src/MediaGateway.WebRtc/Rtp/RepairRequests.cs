namespace MediaGateway.WebRtc.Rtp;

/// <summary>The requests for one missing packet.</summary>
/// <param name="Count">How many were sent.</param>
/// <param name="FirstAt">When the first was sent; unset without any.</param>
/// <param name="LastAt">When the last was sent; unset without any.</param>
internal readonly record struct RepairRequests(int Count, TimeSpan FirstAt, TimeSpan LastAt)
{
    /// <summary>One request more.</summary>
    public RepairRequests Next(TimeSpan now) => new(Count + 1, Count == 0 ? now : FirstAt, now);
}
