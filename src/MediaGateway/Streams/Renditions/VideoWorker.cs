using MediaGateway.Diagnostics;

namespace MediaGateway.Streams.Renditions;

/// <summary>
/// One thread that serves at most one bridge at a time. <see cref="Adopt"/> and <see cref="Wake"/> from any thread; <see cref="Turn"/> from
/// the one that owns it.
/// </summary>
// The event is never disposed: a publisher may wake a worker that has just ended. Its handle goes with the object.
#pragma warning disable CA1001
internal sealed class VideoWorker(VideoWorkers pool, Heartbeat heartbeat)
#pragma warning restore CA1001
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private VideoBridge? _bridge;
    private volatile bool _stopping;

    /// <summary>Whether somebody has it. Under the pool's lock.</summary>
    public bool IsReserved { get; set; }

    /// <summary>Takes a bridge over, for whose sake the worker was reserved.</summary>
    public void Adopt(VideoBridge bridge)
    {
        pool.Metrics.Resources.Take(ResourceKind.VideoBridge);
        bridge.AssignTo(this);
        Volatile.Write(ref _bridge, bridge);
        Wake();
    }

    /// <summary>Makes the thread take a turn soon.</summary>
    public void Wake() => _wake.Set();

    /// <summary>The thread's body: turns until <see cref="Stop"/>.</summary>
    public void Run()
    {
        while (!_stopping)
        {
            Turn();
            heartbeat.Rest();
            _wake.WaitOne();
        }

        if (_bridge is { } bridge)
        {
            LetGo(bridge);
        }
    }

    /// <summary>Makes <see cref="Run"/> return soon.</summary>
    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    /// <summary>Serves the bridge until it has nothing left to do.</summary>
    public void Turn()
    {
        BridgeTurn outcome = BridgeTurn.HasMore;
        while (outcome == BridgeTurn.HasMore && !_stopping && Volatile.Read(ref _bridge) is { } bridge)
        {
            outcome = Serve(bridge);
            if (outcome == BridgeTurn.Finished)
            {
                LetGo(bridge);
                pool.Release(this);
            }
        }
    }

    private void LetGo(VideoBridge bridge)
    {
        bridge.Release();
        Volatile.Write(ref _bridge, null);
        pool.Metrics.Resources.GiveBack(ResourceKind.VideoBridge);
    }

    private BridgeTurn Serve(VideoBridge bridge)
    {
        heartbeat.Work(pool.Clock.Now);
        try
        {
            return bridge.Work();
        }
        catch (Exception exception)
        {
            // The one guard of the video workers: a transcoder that throws costs its own stream some pictures, and nobody else anything.
            TimeSpan now = pool.Clock.Now;
            pool.Failures.Report(bridge.Key, exception, now);
            bridge.Recover(now);
            return BridgeTurn.HasMore;
        }
    }
}
