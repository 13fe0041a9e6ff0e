namespace MediaGateway.Diagnostics;

/// <summary>
/// Whether one thread works on something now, and since when. A thread that waits for work is well however long it waits; one that does not
/// come back from its work stands still. Written by its thread, read by any.
/// </summary>
/// <param name="name">The thread's name.</param>
/// <param name="isVital">Whether everybody's media depends on it, and a restart would put it right.</param>
internal sealed class Heartbeat(string name, bool isVital = true)
{
    private const long Resting = -1;

    private long _since = Resting;

    /// <summary>The thread's name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the gateway is not well while it stands still.</summary>
    public bool IsVital { get; } = isVital;

    /// <summary>A round of work begins. Costs one store.</summary>
    public void Work(TimeSpan now) => Volatile.Write(ref _since, now.Ticks);

    /// <summary>The round is over: the thread waits, or has ended as it should.</summary>
    public void Rest() => Volatile.Write(ref _since, Resting);

    /// <summary>How long the round lasts that is not over; zero while it waits.</summary>
    public TimeSpan BusyFor(TimeSpan now)
    {
        long since = Volatile.Read(ref _since);
        return since == Resting || since > now.Ticks ? TimeSpan.Zero : now - TimeSpan.FromTicks(since);
    }
}
