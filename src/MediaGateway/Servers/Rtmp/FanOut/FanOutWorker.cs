using System.Runtime.InteropServices;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// One thread that sends to its share of the RTMP connections. It works in rounds: take what was posted, turn new frames into wire
/// images, then give each viewer with something due its turn. With little to do every frame goes out at once; with much to do rounds
/// take longer and each call sends more. It never closes a socket: it lets go of it and tells the owner.
/// </summary>
internal sealed class FanOutWorker : IDisposable
{
    private const int EventsPerRound = 256;
    private const ulong WakeToken = 0;

    /// <summary>How often deadlines are looked at while there is anybody to look after.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a network is looked at that is being measured: 10 ms at 5 Mbit/s are 6 KB.</summary>
    private static readonly TimeSpan CloseLook = TimeSpan.FromMilliseconds(10);

    private readonly WorkInbox _inbox = new();
    private readonly EventQueue _queue = new();
    private readonly EventFd _wake = new();
    private readonly GatherList _list = new(SendBatch.MaxSegments);
    private readonly SendBatch _batch = new();
    private readonly QueuedEvent[] _events = new QueuedEvent[EventsPerRound];
    private readonly ViewerTable _viewers = new();
    private readonly FanOutContext _context;
    private readonly FeedTable _feeds;
    private readonly ILogger _logger;
    private readonly Heartbeat _heartbeat;
    private readonly Thread _thread;
    private readonly List<Viewer> _measured = [];
    private readonly List<StreamFeed> _held = [];
    private List<Viewer> _due = [];
    private List<Viewer> _turns = [];
    private TimeSpan _nextTick;
    private TimeSpan _heldUntil = TimeSpan.MaxValue;
    private int _connections;
    private int _isAsleep;
    private volatile bool _isStopping;

    /// <summary>Makes the worker and starts its thread.</summary>
    public FanOutWorker(
        int number,
        FanOutSettings settings,
        BufferPool buffers,
        GatewayClock clock,
        GatewayMetrics metrics,
        ILogger logger,
        ISilentSound? silence = null)
    {
        _context = new FanOutContext(settings, buffers, clock, metrics, Post) { Silence = silence };
        _feeds = new FeedTable(_context);
        _logger = logger;
        _queue.Add(_wake.Handle, EventInterest.Readable, WakeToken);
        _heartbeat = metrics.Threads.Add($"rtmp-fan-out-{number}");
        _thread = new Thread(Run) { Name = _heartbeat.Name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Connections that this worker sends for. Any thread.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>
    /// Takes over the sending for a connection. Any thread. The socket must stay open until the viewer has left: see
    /// <see cref="Viewer.WhenLeft"/>.
    /// </summary>
    public Viewer Add(IViewerOwner owner, SafeHandle socket)
    {
        ObjectDisposedException.ThrowIf(_isStopping, this);
        var stream = new StreamSocket(socket);
        stream.SetNoDelay(_context.Settings.NoDelay);
        stream.SetNotSentLowWater(_context.Settings.NotSentLowWaterBytes);
        return Add(owner, new GatherSocket(stream, _list));
    }

    /// <summary>Takes over the sending for a connection that is not a bare socket. Any thread.</summary>
    public Viewer Add(IViewerOwner owner, IViewerSocket socket)
    {
        var viewer = new Viewer(owner, socket, Post);
        Interlocked.Increment(ref _connections);
        Post(viewer);
        return viewer;
    }

    /// <summary>Stops the thread; whoever is still connected is given up.</summary>
    public void Dispose()
    {
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        _wake.Signal();
        _thread.Join();
        _queue.Dispose();
        _wake.Dispose();
        _list.Dispose();
    }

    private void Post(WorkItem item)
    {
        if (_inbox.Post(item) && Volatile.Read(ref _isAsleep) != 0)
        {
            _wake.Signal();
        }
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _heartbeat.Rest();
            int count = WaitForWork();
            _heartbeat.Work(_context.Clock.Now);
            for (int index = 0; index < count; index++)
            {
                TakeEvent(_events[index]);
            }

            TakeInbox();
            ReleaseHeld();
            ServeDue();
            Measure();
            LookAtDeadlines();
        }

        TakeInbox();
        foreach (Viewer viewer in _viewers.All.ToArray())
        {
            End(viewer, SessionEndReason.ServerShutdown);
        }

        _heartbeat.Rest();
    }

    private int WaitForWork()
    {
        // Who posts looks at the flag after posting; we look at the inbox after raising it: one of the two sees the other.
        Interlocked.Exchange(ref _isAsleep, 1);
        bool hasWork = _due.Count > 0 || !_inbox.IsEmpty;
        TimeSpan patience = _measured.Count > 0 ? CloseLook : _viewers.Count > 0 ? Tick : TimeSpan.MaxValue;
        TimeSpan timeout = hasWork ? TimeSpan.Zero : Shorter(patience, UntilRelease());
        int count = _queue.Wait(_events, timeout);
        Volatile.Write(ref _isAsleep, 0);
        return count;
    }

    private void TakeEvent(in QueuedEvent queued)
    {
        if (queued.Token == WakeToken)
        {
            _wake.Clear();
        }
        else if (_viewers.Find(queued.Token) is { } viewer)
        {
            viewer.AwaitsRoom = false;
            MarkDue(viewer);
        }
    }

    private void TakeInbox()
    {
        WorkItem? item = _inbox.TakeAll();
        while (item is not null)
        {
            WorkItem? next = item.Next;
            item.Next = null;
            item.ClearPosted();
            Handle(item, Chore.Posted);
            item = next;
        }
    }

    private void ServeDue()
    {
        (_due, _turns) = (_turns, _due);
        foreach (Viewer viewer in _turns)
        {
            viewer.IsDue = false;
            Handle(viewer, Chore.Turn);
        }

        _turns.Clear();
    }

    /// <summary>The one place where a fault in one session or feed is kept from the others: <see cref="End"/> has its own.</summary>
    private void Handle(WorkItem item, Chore chore)
    {
        try
        {
            if (item is StreamFeed feed)
            {
                Attend(feed);
                return;
            }

            var viewer = (Viewer)item;
            switch (chore)
            {
                case Chore.Posted:
                    Attend(viewer);
                    break;
                case Chore.Turn:
                    GiveTurn(viewer);
                    break;
                case Chore.Network:
                    viewer.FollowLevels(_context.Clock);
                    break;
                default:
                    LookAtDeadlineOf(viewer);
                    break;
            }
        }
        catch (Exception exception)
        {
            _logger.FanOutFault(exception);
            Fail(item);
        }
    }

    private void Attend(StreamFeed feed)
    {
        bool hadEnded = feed.HasEnded;
        CodecId? wasUnplayable = feed.Unplayable;
        if (!feed.TakeInput())
        {
            return;
        }

        if (_context.Settings.Coalescing > TimeSpan.Zero && feed.Hold.MayWait(feed.Viewers.Count, _context.Clock.Now))
        {
            Hold(feed);
            return;
        }

        feed.Hold.Clear();
        foreach (Viewer viewer in feed.Viewers)
        {
            MarkDue(viewer);
            if (feed.HasEnded && !hadEnded)
            {
                viewer.Owner.OnStreamEnded(feed.Stream);
            }
            else if (feed.Unplayable is { } codec && wasUnplayable is null)
            {
                viewer.Owner.OnStreamUnplayable(feed.Stream, codec);
            }
        }

        foreach (Viewer candidate in feed.Candidates)
        {
            MarkDue(candidate);
        }
    }

    private void Hold(StreamFeed feed)
    {
        if (!feed.Hold.IsListed)
        {
            feed.Hold.IsListed = true;
            _held.Add(feed);
        }
    }

    /// <summary>Lets sound go out that has waited for as long as it may.</summary>
    private void ReleaseHeld()
    {
        _heldUntil = TimeSpan.MaxValue;
        if (_held.Count == 0)
        {
            return;
        }

        TimeSpan now = _context.Clock.Now;
        for (int index = _held.Count - 1; index >= 0; index--)
        {
            StreamFeed feed = _held[index];
            if (feed.Hold.Until != TimeSpan.MaxValue && !feed.Hold.IsOver(now))
            {
                _heldUntil = Shorter(_heldUntil, feed.Hold.Until);
                continue;
            }

            _held.RemoveAt(index);
            feed.Hold.IsListed = false;
            feed.Hold.Clear();
            foreach (Viewer viewer in feed.Viewers)
            {
                MarkDue(viewer);
            }

            foreach (Viewer candidate in feed.Candidates)
            {
                MarkDue(candidate);
            }
        }
    }

    /// <summary>How long nothing has to be released, in whole milliseconds: the queue waits rather longer than shorter.</summary>
    private TimeSpan UntilRelease() => _heldUntil == TimeSpan.MaxValue
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(Math.Floor(Math.Max(0, (_heldUntil - _context.Clock.Now).TotalMilliseconds)));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Attend(Viewer viewer)
    {
        if (viewer.HasLeft)
        {
            return;
        }

        if (viewer.Token == 0)
        {
            viewer.Register(_queue, _viewers.Add(viewer));
        }

        if (viewer.WantsToLeave)
        {
            End(viewer, reason: null);
            return;
        }

        if (viewer.TakeRoom())
        {
            viewer.AwaitsRoom = false;
        }

        MarkDue(viewer);
    }

    private void GiveTurn(Viewer viewer)
    {
        if (viewer.HasLeft)
        {
            return;
        }

        switch (viewer.Serve(_batch, _feeds))
        {
            case ServeResult.Blocked:
                viewer.AwaitsRoom = true;
                break;
            case ServeResult.MoreDue:
                MarkDue(viewer);
                break;
            case ServeResult.Broken:
                End(viewer, SessionEndReason.PeerClosed);
                break;
            default:
                break;
        }

        NoteMeasured(viewer);
    }

    /// <summary>Looks again at the networks of those who have just sent much.</summary>
    private void Measure()
    {
        for (int index = _measured.Count - 1; index >= 0; index--)
        {
            Viewer viewer = _measured[index];
            if (!viewer.HasLeft)
            {
                Handle(viewer, Chore.Network);
            }

            if (viewer.HasLeft || !viewer.IsMeasured)
            {
                viewer.IsListedAsMeasured = false;
                _measured.RemoveAt(index);
            }
        }
    }

    private void NoteMeasured(Viewer viewer)
    {
        if (viewer.IsMeasured && !viewer.IsListedAsMeasured)
        {
            viewer.IsListedAsMeasured = true;
            _measured.Add(viewer);
        }
    }

    private void MarkDue(Viewer viewer)
    {
        if (!viewer.IsDue && !viewer.AwaitsRoom)
        {
            viewer.IsDue = true;
            _due.Add(viewer);
        }
    }

    private void LookAtDeadlines()
    {
        TimeSpan now = _context.Clock.Now;
        if (now < _nextTick)
        {
            return;
        }

        _nextTick = now + Tick;
        foreach (Viewer viewer in _viewers.All)
        {
            Handle(viewer, Chore.Deadline);
        }
    }

    private void LookAtDeadlineOf(Viewer viewer)
    {
        viewer.Report(_context.Metrics);
        viewer.FollowLevels(_context.Clock);
        NoteMeasured(viewer);
        if (viewer.IsInTransition)
        {
            MarkDue(viewer);
        }

        if (viewer.BlockedSince is { } since && _context.Clock.Now - since >= StallTimeoutOf(viewer))
        {
            End(viewer, SessionEndReason.SlowConsumer);
        }
    }

    private TimeSpan StallTimeoutOf(Viewer viewer) =>
        viewer.PlaysFile ? _context.Settings.FileStallTimeout : _context.Settings.StallTimeout;

    private void Fail(WorkItem item)
    {
        if (item is Viewer viewer)
        {
            End(viewer, SessionEndReason.InternalError);
            return;
        }

        foreach (Viewer candidate in ((StreamFeed)item).Candidates.ToArray())
        {
            candidate.FailTransition(_feeds);
        }

        foreach (Viewer watching in ((StreamFeed)item).Viewers.ToArray())
        {
            End(watching, SessionEndReason.InternalError);
        }
    }

    /// <summary>Lets a connection go; the owner is told unless it was the one who asked.</summary>
    private void End(Viewer viewer, SessionEndReason? reason)
    {
        if (viewer.HasLeft)
        {
            return;
        }

        _viewers.Remove(viewer.Token);
        Interlocked.Decrement(ref _connections);
        try
        {
            viewer.Leave(_queue, _feeds, reason);
        }
        catch (Exception exception)
        {
            _logger.FanOutFault(exception);
        }
    }

    /// <summary>What is to be done for a viewer.</summary>
    private enum Chore
    {
        /// <summary>It was posted.</summary>
        Posted,

        /// <summary>It has something due.</summary>
        Turn,

        /// <summary>Its network is watched closely.</summary>
        Network,

        /// <summary>A quarter of a second has passed.</summary>
        Deadline,
    }
}
