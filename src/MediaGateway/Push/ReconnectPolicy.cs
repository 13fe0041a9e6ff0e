namespace MediaGateway.Push;

/// <summary>
/// How long to wait before a target is tried again: one second at first, twice as long each further time, up to a limit; with a jitter of
/// a fifth, so that pushes which lost the same target do not all come back at once. One owner.
/// </summary>
/// <param name="maximum">The longest wait.</param>
/// <param name="random">Makes the jitter.</param>
internal sealed class ReconnectPolicy(TimeSpan maximum, Random random)
{
    private const double Jitter = 0.2;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private TimeSpan _next = First;

    /// <summary>The wait before the next attempt; never shorter than a second nor longer than the limit.</summary>
    public TimeSpan Next()
    {
        TimeSpan wait = _next * (1 - Jitter + (2 * Jitter * random.NextDouble()));
        _next = _next * 2 < maximum ? _next * 2 : maximum;
        return wait < First ? First : wait > maximum ? maximum : wait;
    }

    /// <summary>The target has taken media: the next wait is the shortest again.</summary>
    public void Reset() => _next = First;
}
