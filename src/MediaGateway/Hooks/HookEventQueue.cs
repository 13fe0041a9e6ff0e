using System.Threading.Channels;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Hooks;

/// <summary>
/// Delivers events to the backend: those of one connection in their order, those of different connections side by side, but that those of
/// the publishers of one stream, too, keep their order: nobody hears of a new one before the end of the old one. One that is not
/// taken is tried again after 1, 2, 4 .. 60 s, and its connection's and its stream's next ones wait for it. Bounded by
/// <see cref="HookLimits.QueuedEvents"/>: what comes when that many wait is dropped and counted. Any thread may add; adding never waits.
/// </summary>
internal sealed class HookEventQueue(HookClient client, TimeProvider time, GatewayMetrics metrics, ILogger<HookEventQueue> logger) : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Lane> _lanes = [];

    // Whose turn it is to tell of a stream's publishers: a lane for each such event that waits, oldest first. Events keep one order in lanes
    // and turns, so that the oldest of all is never held up.
    private readonly Dictionary<StreamKey, Queue<Lane>> _turns = [];
    private readonly Channel<Lane> _ready = Channel.CreateBounded<Lane>(HookLimits.QueuedEvents);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ThrottledCount _overflow = new(time);
    private readonly ThrottledCount _givenUp = new(time);
    private Task[] _workers = [];
    private TaskCompletionSource? _emptied;
    private int _count;

    /// <summary>Events that wait or are on their way.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Connections whose first event was not taken and waits to be tried again.</summary>
    public int PausedConnections
    {
        get
        {
            lock (_lock)
            {
                return _lanes.Values.Count(lane => lane.IsPausing);
            }
        }
    }

    /// <summary>Adds an event behind the others of its connection.</summary>
    public void Add(HookEvent hookEvent)
    {
        Lane? started = null;
        bool isFull;
        lock (_lock)
        {
            isFull = _count >= HookLimits.QueuedEvents;
            if (!isFull)
            {
                _count++;
                if (!_lanes.TryGetValue(hookEvent.Owner, out Lane? lane))
                {
                    _lanes[hookEvent.Owner] = started = lane = new Lane(hookEvent.Owner);
                }

                lane.Events.Enqueue(hookEvent);
                TakeTurn(hookEvent, lane);
                started = started is null || HoldUnlessItsTurn(lane) ? null : started;
            }
        }

        if (isFull)
        {
            Drop(_overflow, $"{HookLimits.QueuedEvents} are waiting already");
        }

        if (started is not null)
        {
            MakeReady(started);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _workers = [.. Enumerable.Range(0, HookLimits.ConcurrentEvents).Select(_ => Task.Run(DeliverAsync, CancellationToken.None))];
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task emptied;
        lock (_lock)
        {
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_count == 0)
            {
                _emptied.SetResult();
            }

            emptied = _emptied.Task;
        }

        using var patience = new CancellationTokenSource(HookLimits.StopPatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await emptied.WaitAsync(both.Token);
        }
        catch (OperationCanceledException)
        {
            logger.HookEventsDropped(Count, "the gateway is stopping and the backend did not take them in time");
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_workers);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Lane lane in _lanes.Values)
            {
                lane.Alarm?.Dispose();
            }
        }

        _stopping.Dispose();
    }

    private async Task DeliverAsync()
    {
        try
        {
            await foreach (Lane lane in _ready.Reader.ReadAllAsync(_stopping.Token))
            {
                await DeliverFirstAsync(lane);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops; what is left was counted in StopAsync.
        }
    }

    /// <summary>A lane is with one worker, in the channel, held, or waiting for its alarm: never in two of these places.</summary>
    private async Task DeliverFirstAsync(Lane lane)
    {
        HookEvent first;
        lock (_lock)
        {
            first = lane.Events.Peek();
        }

        HookAnswer answer = await client.TellAsync(first.Address, first.Method, first.Body(), _stopping.Token);
        bool isTaken = answer.Fault is null || answer.Status is >= 400 and < 500;
        if (!isTaken && ++lane.Attempts < HookLimits.EventAttempts)
        {
            WaitBeforeNext(lane);
            return;
        }

        if (!isTaken)
        {
            Drop(_givenUp, $"tried {HookLimits.EventAttempts} times");
        }

        lane.Attempts = 0;
        TakeOff(lane);
    }

    /// <summary>Removes the first event; what has waited for it goes on.</summary>
    private void TakeOff(Lane lane)
    {
        bool goesOn;
        Lane? released;
        lock (_lock)
        {
            released = PassTurn(lane.Events.Dequeue());
            _count--;
            if (_count == 0)
            {
                _emptied?.TrySetResult();
            }

            goesOn = lane.Events.Count > 0;
            if (goesOn)
            {
                goesOn = !HoldUnlessItsTurn(lane);
            }
            else
            {
                _lanes.Remove(lane.Owner);
                lane.Alarm?.Dispose();
            }
        }

        if (goesOn)
        {
            MakeReady(lane);
        }

        if (released is not null)
        {
            MakeReady(released);
        }
    }

    private void TakeTurn(HookEvent hookEvent, Lane lane)
    {
        if (hookEvent.Stream is not { } stream)
        {
            return;
        }

        if (!_turns.TryGetValue(stream, out Queue<Lane>? turns))
        {
            _turns[stream] = turns = new Queue<Lane>();
        }

        turns.Enqueue(lane);
    }

    /// <summary>Ends the turn of an event that was taken off; returns the lane that was held for the next one, if it may go now.</summary>
    private Lane? PassTurn(HookEvent takenOff)
    {
        if (takenOff.Stream is not { } stream)
        {
            return null;
        }

        Queue<Lane> turns = _turns[stream];
        turns.Dequeue();
        if (turns.Count == 0)
        {
            _turns.Remove(stream);
            return null;
        }

        Lane next = turns.Peek();
        return next.IsHeld && !HoldUnlessItsTurn(next) ? next : null;
    }

    private bool HoldUnlessItsTurn(Lane lane) =>
        lane.IsHeld = lane.Events.Peek().Stream is { } stream && _turns[stream].Peek() != lane;

    private void WaitBeforeNext(Lane lane)
    {
        TimeSpan pause = HookLimits.FirstEventPause * Math.Pow(2, lane.Attempts - 1);
        pause = pause < HookLimits.LongestEventPause ? pause : HookLimits.LongestEventPause;
        lock (_lock)
        {
            lane.Alarm ??= time.CreateTimer(_ => EndPause(lane), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lane.Alarm.Change(pause, Timeout.InfiniteTimeSpan);
            lane.IsPausing = true;
        }
    }

    private void EndPause(Lane lane)
    {
        lock (_lock)
        {
            lane.IsPausing = false;
        }

        MakeReady(lane);
    }

    // There are at most as many lanes as events: the channel always has room.
    private void MakeReady(Lane lane) => _ready.Writer.TryWrite(lane);

    private void Drop(ThrottledCount counter, string reason)
    {
        metrics.HookEventDropped();
        if (counter.Count() is > 0 and long count)
        {
            logger.HookEventsDropped(count, reason);
        }
    }

    /// <summary>The events of one connection that wait, oldest first.</summary>
    private sealed class Lane(object owner)
    {
        public object Owner { get; } = owner;

        public Queue<HookEvent> Events { get; } = new();

        /// <summary>How often the first one was tried in vain. Only the worker that has the lane looks at it.</summary>
        public int Attempts { get; set; }

        /// <summary>Makes the lane ready again after a pause.</summary>
        public ITimer? Alarm { get; set; }

        /// <summary>Whether its first event waits for those of its stream that came before.</summary>
        public bool IsHeld { get; set; }

        /// <summary>Whether it waits for its alarm.</summary>
        public bool IsPausing { get; set; }
    }
}
