namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// What a publisher may send: a bucket of authentic bytes that fills at the highest rate and holds <see cref="Burst"/> of it, so that a large
/// picture passes and a flood does not.
/// </summary>
/// <param name="bitsPerSecond">The highest rate.</param>
internal struct ReceiveBudget(long bitsPerSecond)
{
    /// <summary>So much of the rate may come at once.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private readonly double _bytesPerTick = bitsPerSecond / 8.0 / TimeSpan.TicksPerSecond;
    private double _spent;
    private TimeSpan _at;

    /// <summary>Counts a packet; false when the publisher has sent more than it may.</summary>
    public bool TrySpend(int bytes, TimeSpan now)
    {
        _spent = Math.Max(0, _spent - ((now - _at).Ticks * _bytesPerTick)) + bytes;
        _at = now;
        return _spent <= Burst.Ticks * _bytesPerTick;
    }
}
