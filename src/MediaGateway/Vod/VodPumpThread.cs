using System.Collections.Concurrent;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;

namespace MediaGateway.Vod;

/// <summary>One thread that reads files for its share of the viewers: it waits for the disk, so that nobody else has to.</summary>
// The event is never disposed: somebody may wake a thread that has just ended. Its handle goes with the object.
#pragma warning disable CA1001
internal sealed class VodPumpThread
#pragma warning restore CA1001
{
    private readonly ConcurrentQueue<VodTask> _inbox = new();
    private readonly PriorityQueue<VodTask, TimeSpan> _due = new();
    private readonly HashSet<VodTask> _tasks = [];
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly GatewayClock _clock;
    private readonly ILogger _logger;
    private readonly Heartbeat _heartbeat;
    private readonly ResourceLedger _resources;
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private int _count;
    private volatile bool _isStopping;
    private volatile bool _hasTimerFired;

    /// <summary>Makes the thread and starts it.</summary>
    public VodPumpThread(int number, GatewayClock clock, TimeProvider time, GatewayMetrics metrics, ILogger logger)
    {
        (_clock, _logger, _resources) = (clock, logger, metrics.Resources);
        _heartbeat = metrics.Threads.Add($"vod-{number}", isVital: false);
        _timer = time.CreateTimer(
            static state => ((VodPumpThread)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { Name = _heartbeat.Name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Viewers that it reads for. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Any thread: one more viewer.</summary>
    public void Add(VodTask task)
    {
        Interlocked.Increment(ref _count);
        _resources.Take(ResourceKind.FilePlayer);
        task.Assign(this);
    }

    /// <summary>Any thread: a viewer wants a turn.</summary>
    public void Post(VodTask task)
    {
        _inbox.Enqueue(task);
        _wake.Set();
    }

    /// <summary>Ends the thread; whoever is still served is let go.</summary>
    public void Stop()
    {
        _isStopping = true;
        _wake.Set();
        _thread.Join();
        _timer.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            TakeInbox();
            TimeSpan now = _clock.Now;
            while (_due.TryPeek(out VodTask? task, out TimeSpan dueAt) && dueAt <= now && !_isStopping)
            {
                _due.Dequeue();
                if (task.DueAt == dueAt && !task.IsOver)
                {
                    GiveTurn(task, now);
                }

                TakeInbox();
                now = _clock.Now;
            }

            Arm();
            _heartbeat.Rest();
            _wake.WaitOne();
        }

        TakeInbox();
        foreach (VodTask task in _tasks)
        {
            task.Abandon(failure: null);
            _resources.GiveBack(ResourceKind.FilePlayer);
        }
    }

    private void TakeInbox()
    {
        while (_inbox.TryDequeue(out VodTask? task))
        {
            task.ClearPosted();
            if (!task.IsOver)
            {
                _tasks.Add(task);
                Schedule(task, TimeSpan.Zero);
            }
        }
    }

    private void Schedule(VodTask task, TimeSpan dueAt)
    {
        // Entries that stand there still are passed over, as their time is no longer the task's.
        if (task.DueAt != dueAt || dueAt == TimeSpan.MaxValue)
        {
            task.DueAt = dueAt;
            if (dueAt != TimeSpan.MaxValue)
            {
                _due.Enqueue(task, dueAt);
            }
        }
    }

    /// <summary>The one place where a fault of one viewer is kept from the others.</summary>
    private void GiveTurn(VodTask task, TimeSpan now)
    {
        task.DueAt = TimeSpan.MaxValue;
        _heartbeat.Work(now);
        try
        {
            if (task.Work(now) is { } next)
            {
                Schedule(task, next);
            }
            else
            {
                Remove(task);
            }
        }
        catch (MediaFileException fault)
        {
            Fail(task, fault.Message);
        }
        catch (Exception exception)
        {
            _logger.PumpFault(exception);
            Fail(task, "The file cannot be played on.");
        }
    }

    private void Fail(VodTask task, string words)
    {
        Remove(task);
        task.Abandon(words);
    }

    private void Remove(VodTask task)
    {
        task.IsOver = true;
        _tasks.Remove(task);
        Interlocked.Decrement(ref _count);
        _resources.GiveBack(ResourceKind.FilePlayer);
    }

    private void Arm()
    {
        // A timer may fire a little before its time.
        if (_hasTimerFired)
        {
            _hasTimerFired = false;
            _armedFor = TimeSpan.MaxValue;
        }

        TimeSpan next = _due.TryPeek(out _, out TimeSpan dueAt) ? dueAt : TimeSpan.MaxValue;
        if (next == TimeSpan.MaxValue || next == _armedFor)
        {
            return;
        }

        // Timers count whole milliseconds: a fraction more, so that the time has come when it fires.
        _armedFor = next;
        TimeSpan left = next - _clock.Now;
        _timer.Change(left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        // The timer counts from the moment at which it was set, which may be later than the one that was read.
        if (_clock.Now >= next)
        {
            _wake.Set();
        }
    }

    private void OnTimer()
    {
        _hasTimerFired = true;
        _wake.Set();
    }
}
