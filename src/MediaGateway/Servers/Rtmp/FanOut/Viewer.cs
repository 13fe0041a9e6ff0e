using MediaGateway.Diagnostics;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>How serving a viewer ended.</summary>
internal enum ServeResult
{
    /// <summary>Everything due is sent.</summary>
    Idle,

    /// <summary>The socket is full: wait until it is writable.</summary>
    Blocked,

    /// <summary>More is due, but others are to have their turn first.</summary>
    MoreDue,

    /// <summary>The connection is gone.</summary>
    Broken,
}

/// <summary>
/// The sending half of one RTMP connection: a bounded queue of commands and replies, filled by the connection's receive loop, and a
/// cursor into a stream's wire images. <see cref="TryPost"/>, <see cref="AskToLeave"/> and <see cref="WhenLeft"/> are the receive loop's;
/// everything else belongs to the worker's thread.
/// </summary>
/// <param name="owner">Hears how the viewer fares.</param>
/// <param name="socket">Where the bytes go.</param>
/// <param name="post">Puts the viewer into its worker's inbox; any thread.</param>
internal sealed class Viewer(IViewerOwner owner, IViewerSocket socket, Action<WorkItem> post) : WorkItem
{
    /// <summary>
    /// Commands and replies that may wait. A client that asks for so many answers without reading them is cut off: see
    /// <see cref="TryPost"/>.
    /// </summary>
    public const int MaxCommands = 256;

    /// <summary>System calls for one viewer before the others have their turn.</summary>
    private const int CallsPerRound = 4;

    private readonly SpscQueue<ViewerCommand> _commands = new(MaxCommands);
    private readonly MediaCursor _cursor = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FileCursor? _file; // Only who plays a file has one: it is one object less to look at for everybody else.
    private ViewerTransition? _transition;
    private LevelFollower? _levels;
    private LiveStream? _crossedTo;
    private long _framesBeforeCrossing;
    private int _replyOffset;
    private long _reportedBytes;
    private long _reportedDrops;
    private long _lossesAtStart;
    private bool _hasToldLosses;
    private volatile bool _wantsToLeave;
    private volatile bool _hasRoom;

    /// <summary>Done when the worker no longer touches the socket. The figures may be read from then on.</summary>
    public Task WhenLeft => _left.Task;

    /// <summary>The token of the viewer's events; 0 until it is registered.</summary>
    public ulong Token { get; private set; }

    /// <summary>Whether the viewer waits for its turn; kept by the worker.</summary>
    public bool IsDue { get; set; }

    /// <summary>Whether the socket is full, so that it is no use to try; kept by the worker.</summary>
    public bool AwaitsRoom { get; set; }

    /// <summary>Whether it is in the worker's list of those whose networks are watched closely; kept by the worker.</summary>
    public bool IsListedAsMeasured { get; set; }

    /// <summary>Whether the connection's receive loop wants to close it.</summary>
    public bool WantsToLeave => _wantsToLeave;

    /// <summary>Whether it is over. The worker's: others wait for <see cref="WhenLeft"/>.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>The feed that the viewer watches, or null; kept by the feed.</summary>
    public StreamFeed? Feed { get; set; }

    /// <summary>The viewer's place in the feed's list; kept by the feed.</summary>
    public int PlaceInFeed { get; set; }

    /// <summary>Hears how the viewer fares.</summary>
    public IViewerOwner Owner => owner;

    /// <summary>The place in the stream.</summary>
    public MediaCursor Cursor => _cursor;

    /// <summary>Whether a file is played.</summary>
    public bool PlaysFile => _file is { IsAttached: true };

    /// <summary>Frames that this viewer got, of streams and of files. Any thread; others than the worker's see what it was a moment ago.</summary>
    public long SentFrames => _cursor.SentFrames + (_file?.SentFrames ?? 0);

    /// <summary>Since when the socket has taken not one byte although something waits; null while it takes what there is.</summary>
    public TimeSpan? BlockedSince { get; private set; }

    /// <summary>Bytes that the socket has taken.</summary>
    public long SentBytes { get; private set; }

    /// <summary>The receive loop: queues a command; false when the queue is full, and then the command's buffer stays the caller's.</summary>
    public bool TryPost(in ViewerCommand command)
    {
        bool accepted = _commands.TryEnqueue(command);
        if (accepted)
        {
            post(this);
        }

        return accepted;
    }

    /// <summary>Any thread: there is something new to send.</summary>
    public void Poke() => post(this);

    /// <summary>The receive loop: asks the worker to let go of the connection at once; <see cref="WhenLeft"/> says when that is done.</summary>
    public void AskToLeave()
    {
        _wantsToLeave = true;
        post(this);
    }

    /// <summary>Starts to watch the socket for room.</summary>
    public void Register(EventQueue queue, ulong token)
    {
        Token = token;
        socket.Register(queue, token, OnRoom);
    }

    /// <summary>Counts what was sent and dropped since the last report.</summary>
    public void Report(GatewayMetrics metrics)
    {
        metrics.BytesSent(SentBytes - _reportedBytes);
        _reportedBytes = SentBytes;
        if (_cursor.DroppedFrames != _reportedDrops)
        {
            Feed?.Stream.Drops.Add(StreamDropReason.SlowViewer, _cursor.DroppedFrames - _reportedDrops);
            _reportedDrops = _cursor.DroppedFrames;
        }
    }

    /// <summary>Whether its network is watched closely at this moment.</summary>
    public bool IsMeasured => _levels is { IsMeasuring: true };

    /// <summary>Sends what is due, as far as the socket takes it.</summary>
    public ServeResult Serve(SendBatch batch, FeedTable feeds)
    {
        ServeResult result = Send(batch, feeds);
        FollowLevels(feeds.Context.Clock);
        return result;
    }

    /// <summary>Sees what the network takes and whether another level would fit it better.</summary>
    public void FollowLevels(GatewayClock clock)
    {
        if (_levels?.Look(clock.Now, socket, SentBytes, _cursor) is { } wish)
        {
            owner.OnLevelWanted(wish);
        }
    }

    /// <summary>Whether it is on its way to another stream, which has a deadline.</summary>
    public bool IsInTransition => _transition is { IsUnderWay: true };

    /// <summary>It cannot go over to the feed of which it is a candidate.</summary>
    public void FailTransition(FeedTable feeds) => _transition?.Fail(feeds);

    /// <summary>Its cursor has gone over to another stream: the owner is told when the first frame was sent.</summary>
    public void NoteCrossing(LiveStream stream) => (_crossedTo, _framesBeforeCrossing) = (stream, _cursor.SentFrames);

    /// <summary>It could not go over to a stream.</summary>
    public void NoteChangeFailed(LiveStream stream, TimeSpan now)
    {
        _levels?.NoteFailed(stream.Key, now);
        owner.OnStreamChangeFailed(stream);
    }

    private ServeResult Send(SendBatch batch, FeedTable feeds)
    {
        for (int call = 0; call < CallsPerRound; call++)
        {
            if (!Gather(batch, feeds))
            {
                BlockedSince = null;
                return ServeResult.Idle;
            }

            SendOutcome outcome = socket.Send(batch, out int sent);
            if (outcome == SendOutcome.Closed)
            {
                return ServeResult.Broken;
            }

            TimeSpan now = feeds.Context.Clock.Now;
            Settle(batch, sent, now, feeds);
            TellCrossing(now);
            if (sent < batch.Bytes)
            {
                BlockedSince = sent > 0 ? now : BlockedSince ?? now;
                return ServeResult.Blocked;
            }

            BlockedSince = null;
            if (HasNothingMore)
            {
                return ServeResult.Idle;
            }
        }

        return ServeResult.MoreDue;
    }

    /// <summary>Whether another look would find nothing, for a viewer who does nothing but watch; of others that is not known.</summary>
    private bool HasNothingMore => _commands.Count == 0 && _transition is null && _file is null && _cursor.HasSentAll;

    /// <summary>Lets everything go that the viewer holds: it is over, whatever fails.</summary>
    /// <param name="queue">Where it is registered.</param>
    /// <param name="feeds">Where it watches.</param>
    /// <param name="reason">What the owner is to be told; null when the owner asked for it.</param>
    public void Leave(EventQueue queue, FeedTable feeds, SessionEndReason? reason)
    {
        try
        {
            Report(feeds.Context.Metrics); // While it is known what it watches: its drops are that stream's.
            _transition?.Cancel(feeds);
            feeds.Leave(this);
            _cursor.Abandon();
            _file?.Abandon();
            DiscardCommands();
            socket.LetGo(queue);
            if (reason is { } told)
            {
                owner.OnViewerEnded(told);
            }
        }
        finally
        {
            HasLeft = true;
            _left.SetResult();
        }
    }

    /// <summary>Lets the queued commands go: the worker when the viewer leaves, the receive loop for what it still posted meanwhile.</summary>
    public void DiscardCommands()
    {
        while (_commands.TryDequeue(out ViewerCommand command))
        {
            command.Buffer?.Dispose();
            command.File?.Close();
        }
    }

    /// <summary>Whether a socket without a descriptor has said that there is room again; asking takes the word.</summary>
    public bool TakeRoom()
    {
        bool hadRoom = _hasRoom;
        _hasRoom = false;
        return hadRoom;
    }

    private void OnRoom()
    {
        _hasRoom = true;
        post(this);
    }

    private bool Gather(SendBatch batch, FeedTable feeds)
    {
        while (true)
        {
            CarryOutCommands(feeds);
            batch.Clear();
            _cursor.GatherHalfSent(batch);
            _file?.GatherHalfSent(batch);
            GatherReplies(batch);
            GatherMedia(batch, feeds);
            _file?.GatherMedia(batch);
            TellLosses();
            if (batch.Count > 0)
            {
                return true;
            }

            bool mayGoOn = _commands.Count > 0 && IsNowPossible(_commands.Peek(0), feeds);
            if (!mayGoOn)
            {
                return false;
            }
        }
    }

    private void GatherMedia(SendBatch batch, FeedTable feeds)
    {
        _transition?.Proceed(feeds);
        _cursor.GatherMedia(batch);
        if (_transition is not null && _transition.CrossAtCut(feeds))
        {
            _cursor.GatherMedia(batch);
        }
    }

    private void TellCrossing(TimeSpan now)
    {
        if (_crossedTo is { } stream && _cursor.SentFrames > _framesBeforeCrossing)
        {
            _crossedTo = null;
            _levels?.NoteChanged(stream.Key, now);
            owner.OnStreamChanged(stream);
        }
    }

    private void TellLosses()
    {
        if (!_hasToldLosses && _cursor.DroppedFrames > _lossesAtStart)
        {
            _hasToldLosses = true;
            owner.OnFramesLost();
        }
    }

    private void GatherReplies(SendBatch batch)
    {
        int count = _commands.Count;
        for (int place = 0; place < count; place++)
        {
            ref readonly ViewerCommand command = ref _commands.Peek(place);
            if (command.Buffer is not { } buffer)
            {
                return;
            }

            int offset = place == 0 ? _replyOffset : 0;
            if (!batch.TryAdd(SegmentSource.Reply, buffer.Memory[offset..command.Length]))
            {
                return;
            }
        }
    }

    /// <summary>Gives the accepted bytes to the segments in their order.</summary>
    private void Settle(SendBatch batch, int sent, TimeSpan now, FeedTable feeds)
    {
        SentBytes += sent;
        for (int segment = 0; segment < batch.Count && sent > 0; segment++)
        {
            (SegmentSource source, long index, int length) = batch[segment];
            int accepted = Math.Min(sent, length);
            sent -= accepted;
            if (source == SegmentSource.Reply)
            {
                AcceptReply(length, accepted);
            }
            else if (source is SegmentSource.File or SegmentSource.HalfFile)
            {
                _file!.Accept(source, length, accepted); // It was gathered.
            }
            else if (_cursor.Accept(source, index, length, accepted) is { } measured)
            {
                feeds.Context.Metrics.FrameSent(measured.TrackKind, now - measured.ReceivedAt);
            }
        }
    }

    private void AcceptReply(int length, int accepted)
    {
        if (accepted < length)
        {
            _replyOffset += accepted;
            return;
        }

        _replyOffset = 0;
        _commands.TryDequeue(out ViewerCommand reply);
        reply.Buffer?.Dispose();
    }

    private void CarryOutCommands(FeedTable feeds)
    {
        while (_commands.Count > 0 && IsNowPossible(_commands.Peek(0), feeds))
        {
            _commands.TryDequeue(out ViewerCommand command);
            CarryOut(command, feeds);
        }
    }

    /// <summary>Replies are sent, not carried out; the end of the media must be reached first; all else can be done at once.</summary>
    private bool IsNowPossible(in ViewerCommand command, FeedTable feeds)
    {
        if (command.Kind == ViewerCommandKind.FinishMedia)
        {
            _transition?.Cancel(feeds);
            _cursor.Finish();
            return _cursor.IsFinished && (_file?.IsFinished ?? true);
        }

        return command.Kind != ViewerCommandKind.Reply;
    }

    private void CarryOut(in ViewerCommand command, FeedTable feeds)
    {
        switch (command.Kind)
        {
            case ViewerCommandKind.StartMedia:
                _transition?.Cancel(feeds);
                (_lossesAtStart, _hasToldLosses) = (_cursor.DroppedFrames, false);
                feeds.Join(this, command.Stream!, command.MessageStreamId, command.Variant ?? ViewerVariant.Plain); // The command for starting names its stream.
                break;
            case ViewerCommandKind.ChangeStream:
                _transition ??= new ViewerTransition(this);
                _transition.Begin(feeds, command);
                break;
            case ViewerCommandKind.FollowLevels:
                Follow(command, feeds.Context);
                break;
            case ViewerCommandKind.StartFile:
                _file ??= new FileCursor();
                _file.Attach(command.File!, this); // The command for starting names its file.
                break;
            case ViewerCommandKind.FinishMedia or ViewerCommandKind.StopMedia:
                _transition?.Cancel(feeds);
                (_levels, _crossedTo) = (null, null);
                feeds.Leave(this);
                _file?.Detach();
                break;
            case ViewerCommandKind.Report:
                owner.OnReported();
                break;
            case ViewerCommandKind.Pause:
                _cursor.Pause();
                _file?.Pause();
                break;
            case ViewerCommandKind.Resume:
                _cursor.Resume();
                _file?.Resume();
                break;
            case ViewerCommandKind.AudioOn or ViewerCommandKind.AudioOff:
                _cursor.WantAudio(command.Kind == ViewerCommandKind.AudioOn);
                break;
            case ViewerCommandKind.VideoOn or ViewerCommandKind.VideoOff:
                _cursor.WantVideo(command.Kind == ViewerCommandKind.VideoOn);
                break;
            default:
                throw new InvalidOperationException("A reply is sent, not carried out.");
        }
    }

    private void Follow(in ViewerCommand command, FanOutContext context)
    {
        if (command.Levels is not { Length: > 0 } levels)
        {
            _levels = null;
            return;
        }

        if (_levels is null)
        {
            _levels = new LevelFollower(context.Clock.Now);
            socket.LimitUnsent(context.Settings.FollowedNotSentLowWaterBytes);
        }

        _levels.Take(levels, Feed?.Stream.Key);
    }
}
