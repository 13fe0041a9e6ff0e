namespace MediaGateway.Diagnostics;

/// <summary>The threads that everybody's media depends on: the media loop, the fan-out workers and the audio workers. Any thread.</summary>
internal sealed class Heartbeats
{
    /// <summary>A round takes milliseconds, on a machine with far too much to do a second: after so long a thread will not come back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Heartbeat[] _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Heartbeat> All => Volatile.Read(ref _all);

    /// <summary>Adds a thread, which rests until it says otherwise.</summary>
    public Heartbeat Add(string name)
    {
        var heartbeat = new Heartbeat(name);
        lock (_lock)
        {
            Volatile.Write(ref _all, [.. _all, heartbeat]);
        }

        return heartbeat;
    }

    /// <summary>The names of the threads that stand still.</summary>
    public IReadOnlyList<string> Stuck(TimeSpan now) =>
        [.. All.Where(heartbeat => heartbeat.BusyFor(now) > Patience).Select(heartbeat => heartbeat.Name)];
}
