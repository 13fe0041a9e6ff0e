namespace MediaGateway.Diagnostics;

/// <summary>
/// The gateway's own threads. Those that media depends on are vital: the media loop, the fan-out, audio and video workers. Those that wait for
/// disks, for recordings and for playing files, are not: a disk that hangs costs what is on it and nothing else, and a restart, which would
/// cut off everybody, does not put it right. Any thread.
/// </summary>
internal sealed class Heartbeats
{
    /// <summary>A round takes milliseconds, on a machine with far too much to do a second: after so long a thread will not come back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Heartbeat[] _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Heartbeat> All => Volatile.Read(ref _all);

    /// <summary>Adds a thread, which rests until it says otherwise.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="isVital">Whether the gateway is not well while it stands still.</param>
    public Heartbeat Add(string name, bool isVital = true)
    {
        var heartbeat = new Heartbeat(name, isVital);
        lock (_lock)
        {
            Volatile.Write(ref _all, [.. _all, heartbeat]);
        }

        return heartbeat;
    }

    /// <summary>The names of the vital threads that stand still.</summary>
    public IReadOnlyList<string> Stuck(TimeSpan now) =>
        [.. All.Where(heartbeat => heartbeat.IsVital && heartbeat.BusyFor(now) > Patience).Select(heartbeat => heartbeat.Name)];
}
