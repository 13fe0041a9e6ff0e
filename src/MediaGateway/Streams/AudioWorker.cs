using System.Collections.Concurrent;
using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>
/// One thread's shard of audio bridges. <see cref="Adopt"/> and <see cref="Wake"/> from any thread; <see cref="Turn"/> from the one that
/// owns it.
/// </summary>
internal sealed class AudioWorker : IDisposable
{
    /// <summary>How often bridges without packets are looked at, so that silence is filled.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly AudioWorkerPool _pool;
    private readonly ConcurrentQueue<AudioBridge> _arrivals = new();
    private readonly List<AudioBridge> _bridges = [];

    // Never disposed: a publisher may wake a worker that has just ended. Its handle goes with the object.
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly ITimer _tick;
    private readonly FailureLog _failures;
    private readonly Heartbeat _heartbeat;
    private int _load;
    private volatile bool _stopping;

    /// <summary>Makes a worker without a thread.</summary>
    public AudioWorker(AudioWorkerPool pool, TimeProvider timeProvider, FailureLog failures, Heartbeat heartbeat)
    {
        (_pool, _heartbeat) = (pool, heartbeat);
        _failures = failures;
        _tick = timeProvider.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bridges served, for balancing.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>Takes a bridge over.</summary>
    public void Adopt(AudioBridge bridge)
    {
        _pool.Metrics.Resources.Take(ResourceKind.AudioBridge);
        Interlocked.Increment(ref _load);
        bridge.AssignTo(this);
        _arrivals.Enqueue(bridge);
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
            _heartbeat.Rest();
            _wake.WaitOne();
        }

        TakeArrivals();
        while (_bridges.Count > 0)
        {
            Forget(_bridges.Count - 1);
        }
    }

    /// <summary>Makes <see cref="Run"/> return soon.</summary>
    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    /// <summary>Serves every bridge until none has anything left to do.</summary>
    public void Turn()
    {
        bool more = true;
        while (more && !_stopping)
        {
            TakeArrivals();
            more = false;
            for (int index = _bridges.Count - 1; index >= 0; index--)
            {
                BridgeTurn outcome = Serve(_bridges[index]);
                more |= outcome == BridgeTurn.HasMore;
                if (outcome == BridgeTurn.Finished)
                {
                    Forget(index);
                }
            }
        }
    }

    /// <summary>Stops the ticking. After the thread has ended.</summary>
    public void Dispose() => _tick.Dispose();

    private BridgeTurn Serve(AudioBridge bridge)
    {
        TimeSpan now = _pool.Clock.Now;
        _heartbeat.Work(now);
        try
        {
            return bridge.Work(now);
        }
        catch (Exception exception)
        {
            // The one guard of the audio workers: a transcoder that throws costs its own stream a little sound, and nobody else anything.
            _failures.Report(bridge.Stream.Key, exception, now);
            bridge.Recover(now);
            return BridgeTurn.Idle;
        }
    }

    private void TakeArrivals()
    {
        while (_arrivals.TryDequeue(out AudioBridge? bridge))
        {
            _bridges.Add(bridge);
            if (_bridges.Count == 1)
            {
                _tick.Change(Tick, Tick);
            }
        }
    }

    private void Forget(int index)
    {
        _bridges[index].Close();
        _bridges.RemoveAt(index);
        _pool.Metrics.Resources.GiveBack(ResourceKind.AudioBridge);
        Interlocked.Decrement(ref _load);
        if (_bridges.Count == 0)
        {
            _tick.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
