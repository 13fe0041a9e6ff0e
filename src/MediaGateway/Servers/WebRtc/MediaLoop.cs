using System.Collections.Concurrent;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Native.Linux;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// The one thread that owns the media port, UDP and TCP, and every session on it. It waits for datagrams, requests or the next deadline, feeds the
/// session concerned, drains what that session has to say, and sends. No task, channel or timer; nothing is allocated per datagram.
/// </summary>
internal sealed class MediaLoop : ITcpMediaOwner, IDisposable
{
    /// <summary>Datagrams taken from the socket before requests and deadlines are looked at again.</summary>
    private const int BatchesPerRound = 4;

    /// <summary>Sessions whose requests are handled before datagrams and deadlines are looked at again.</summary>
    private const int RequestsPerRound = 4096;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly UdpBatchSocket _socket;
    private readonly TcpMediaPort? _tcp;
    private readonly GatewayClock _clock;
    private readonly AwakeTimeProvider _awake;
    private readonly ILogger _logger;
    private readonly GatewayMetrics _metrics;
    private readonly EventFd _wake = new();
    private readonly Poller _poller;
    private readonly DatagramRouter _router = new();
    private readonly DeadlineQueue _deadlines = new();
    private readonly ConcurrentQueue<WebRtcSession> _inbox = new();
    private readonly List<WebRtcSession> _sessions = [];
    private readonly IncomingDatagram[] _received = new IncomingDatagram[UdpBatchSocket.BatchSize];
    private readonly OutgoingDatagram[] _outgoing = new OutgoingDatagram[UdpBatchSocket.BatchSize];
    private readonly Heartbeat _heartbeat;
    private readonly Thread _thread;
    private readonly int _threadId;
    private readonly SentFrame[] _sentFrames = new SentFrame[UdpBatchSocket.BatchSize];
    private int _outgoingCount;
    private int _sentFrameCount;
    private TimeSpan _stoodStill;
    private int _isWoken;
    private volatile bool _isStopping;

    /// <summary>Makes a loop over bound sockets, which it owns from here. It does nothing before <see cref="Start"/>.</summary>
    public MediaLoop(UdpBatchSocket socket, TcpMediaPort? tcp, GatewayClock clock, AwakeTimeProvider awake, GatewayMetrics metrics, ILogger<MediaLoop> logger)
    {
        _socket = socket;
        _tcp = tcp;
        _clock = clock;
        _awake = awake;
        _stoodStill = awake.StoodStill;
        _metrics = metrics;
        _logger = logger;
        _heartbeat = metrics.Threads.Add("media-loop");
        _poller = tcp is null ? new Poller(socket.Handle, _wake.Handle) : new Poller(socket.Handle, _wake.Handle, tcp.Handle);
        _thread = new Thread(Run) { Name = "media-loop", IsBackground = true };
        _threadId = _thread.ManagedThreadId;
    }

    /// <summary>Datagrams that found the socket's send buffer full.</summary>
    public long DroppedOnSend { get; private set; }

    /// <summary>What the self-test waits for at this port.</summary>
    public PortProbes Probes { get; } = new();

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Asks the loop to look at a session: to take it in, or at what was asked of it. Any thread.</summary>
    public void Post(WebRtcSession session)
    {
        _inbox.Enqueue(session);

        // The loop itself looks at its requests before it waits again.
        if (Environment.CurrentManagedThreadId != _threadId)
        {
            Wake();
        }
    }

    /// <summary>Ends every session, saying goodbye to the peers, and waits for the thread.</summary>
    public void Stop(TimeSpan patience)
    {
        _isStopping = true;
        Wake();
        if (_thread.IsAlive && !_thread.Join(patience))
        {
            _logger.LoopDidNotStop();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _poller.Dispose();
        _wake.Dispose();
        _socket.Dispose();
        _tcp?.Dispose();
    }

    /// <inheritdoc/>
    public bool Receive(in IncomingDatagram datagram) => Dispatch(in datagram);

    /// <inheritdoc/>
    public void Lost(in TransportPath path)
    {
        if (_router.OwnerOf(path) is not { } session)
        {
            return;
        }

        _router.Unmap(path, session);
        session.Peer.LosePath(path, _clock.Now);
        _deadlines.Schedule(session);
    }

    /// <summary>The loop's thread only: a live frame has become datagrams, which go out with the next batch. For the figures.</summary>
    public void NoteFrameSent(TrackKind kind, TimeSpan receivedAt)
    {
        if (_sentFrameCount < _sentFrames.Length)
        {
            _sentFrames[_sentFrameCount++] = new SentFrame(kind, receivedAt);
        }
    }

    private void Wake()
    {
        // One write to the kernel however many sessions one frame has reached.
        if (Interlocked.Exchange(ref _isWoken, 1) == 0)
        {
            _wake.Signal();
        }
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _heartbeat.Rest();
            _poller.Wait(TimeUntilNextDeadline());
            _heartbeat.Work(_clock.Now);
            NoteStandstill();
            _wake.Clear();
            Interlocked.Exchange(ref _isWoken, 0);
            ReceiveDatagrams();
            _tcp?.Serve(this, _clock.Now);
            HandleDeadlines();

            // Last: what the publishers have just sent has left requests at their viewers, and goes out in this same round.
            HandleRequests();
            Flush();
        }

        for (int index = _sessions.Count - 1; index >= 0; index--)
        {
            End(_sessions[index], SessionEndReason.ServerShutdown, "The gateway is shutting down.");
        }

        Flush();
        _heartbeat.Rest();
    }

    private TimeSpan TimeUntilNextDeadline()
    {
        TimeSpan wait = _deadlines.Next - _clock.Now;
        return wait > LongestWait ? LongestWait : wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private void HandleRequests()
    {
        for (int left = RequestsPerRound; _inbox.TryDequeue(out WebRtcSession? session);)
        {
            if (!session.IsEnded)
            {
                Guard(session, static (loop, session) => loop.HandleRequest(session));
            }

            if (--left == 0)
            {
                Wake();
                return;
            }
        }
    }

    private void HandleRequest(WebRtcSession session)
    {
        WebRtcSession.EndRequest? end = session.BeginRequests();
        if (!session.IsRegistered)
        {
            Register(session);
        }

        if (end is not null)
        {
            End(session, end.Reason, end.Detail);
            return;
        }

        while (session.TryTakeRestart(out PeerRestart? restart))
        {
            _router.Add(restart.LocalUsernameFragment, session);
            session.Peer.Restart(restart, _clock.Now);
        }

        session.HandleRequests(_clock.Now);
        Drain(session);
        session.AnswerFigures(_clock.Now);
    }

    private void Register(WebRtcSession session)
    {
        session.IsRegistered = true;
        session.StartedAt = _clock.Now;
        _sessions.Add(session);
        _router.Add(session);
        _metrics.SessionStarted("webrtc", session.Role);
        _metrics.Resources.Take(ResourceKind.WebRtcSession);
        _logger.SessionStarted(session.ShortId, session.Role, session.Key);
    }

    private void ReceiveDatagrams()
    {
        for (int round = 0; round < BatchesPerRound; round++)
        {
            int count = _socket.Receive(_received, _clock.Now);
            for (int index = 0; index < count; index++)
            {
                Dispatch(in _received[index]);
            }

            if (count < _received.Length)
            {
                return;
            }
        }
    }

    /// <summary>Gives a datagram to its session; false when it is nobody's.</summary>
    private bool Dispatch(in IncomingDatagram datagram)
    {
        WebRtcSession? session = _router.Find(datagram.Path, datagram.Buffer.Span[..datagram.Length]);
        if (session is null)
        {
            Probes.Notice(datagram.Buffer.Span[..datagram.Length]);
            datagram.Buffer.Dispose();
            return false;
        }

        session.Datagrams++;
        session.Bytes += datagram.Length;
        try
        {
            session.Peer.Receive(in datagram);
            Drain(session);
        }
        catch (Exception exception)
        {
            Fail(session, exception);
        }

        return true;
    }

    private void HandleDeadlines()
    {
        TimeSpan now = _clock.Now;
        while (_deadlines.TryTakeDue(now, out WebRtcSession? session))
        {
            Guard(session!, static (loop, session) => loop.Advance(session));
        }
    }

    private void Advance(WebRtcSession session)
    {
        session.Advance(_clock.Now);
        Drain(session);
    }

    /// <summary>After a standstill of the program: consent ran on meanwhile. Before what the peers sent is taken, which may be long past.</summary>
    private void NoteStandstill()
    {
        TimeSpan by = _awake.StoodStill - _stoodStill;
        if (by == TimeSpan.Zero)
        {
            return;
        }

        _stoodStill += by;
        for (int index = _sessions.Count - 1; index >= 0; index--)
        {
            _sessions[index].Peer.AgeConsent(by);
            Guard(_sessions[index], static (loop, session) => loop.Advance(session));
        }
    }

    /// <summary>One bad session never ends the loop: it ends alone.</summary>
    private void Guard(WebRtcSession session, Action<MediaLoop, WebRtcSession> action)
    {
        try
        {
            action(this, session);
        }
        catch (Exception exception)
        {
            Fail(session, exception);
        }
    }

    private void Drain(WebRtcSession session)
    {
        while (session.Peer.TryTakeDatagram(out OutgoingDatagram datagram))
        {
            Send(in datagram);
        }

        while (session.Peer.TryTakeFrame(out MediaFrame? frame))
        {
            session.TakeFrame(frame!); // Not null: there was one.
        }

        while (!session.IsEnded && session.Peer.TryTakeEvent(out PeerEvent? peerEvent))
        {
            HandleEvent(session, peerEvent!);
        }

        if (!session.IsEnded)
        {
            _deadlines.Schedule(session);
        }
    }

    private void HandleEvent(WebRtcSession session, PeerEvent peerEvent)
    {
        switch (peerEvent)
        {
            case PeerEvent.PathAdded added:
                _router.Map(added.Path, session);
                _tcp?.Prove(added.Path);
                break;
            case PeerEvent.PathRemoved removed:
                _router.Unmap(removed.Path, session);
                break;
            case PeerEvent.FragmentRetired retired:
                _router.Forget(retired.UsernameFragment);
                break;
            case PeerEvent.Connected:
                _logger.PeerConnected(session.ShortId, session.Key);
                session.PeerConnected(_clock.Now);
                break;
            case PeerEvent.KeyframeWanted:
                session.KeyframeWanted(_clock.Now);
                break;
            case PeerEvent.BandwidthChanged change:
                session.BandwidthChanged(change.IsLimited);
                break;
            case PeerEvent.Closed closed:
                End(session, PeerEndReasons.ToSession(closed.Reason), closed.Detail);
                break;
        }
    }

    private void End(WebRtcSession session, SessionEndReason reason, string detail)
    {
        if (session.IsEnded)
        {
            return;
        }

        session.IsEnded = true;
        session.Peer.Close(_clock.Now);
        while (session.Peer.TryTakeDatagram(out OutgoingDatagram datagram))
        {
            Send(in datagram);
        }

        Release(session, reason, detail);
    }

    private void Fail(WebRtcSession session, Exception exception)
    {
        _logger.SessionFailed(exception, session.ShortId, session.Key);
        if (!session.IsEnded)
        {
            session.IsEnded = true;
            Release(session, SessionEndReason.InternalError, "The gateway met an error of its own in this session.");
        }
    }

    private void Release(WebRtcSession session, SessionEndReason reason, string detail)
    {
        _sessions.Remove(session);
        _router.Remove(session);
        session.Release(reason);
        (long sent, long dropped) = (session.Peer.Statistics.BytesSent, session.DroppedFrames);
        session.Peer.Dispose();
        TimeSpan duration = _clock.Now - session.StartedAt;
        _metrics.SessionEnded("webrtc", session.Role, reason, duration);
        _metrics.Resources.GiveBack(ResourceKind.WebRtcSession);
        _logger.SessionEnded(session.ShortId, session.Role, session.Key, reason, detail, duration, session.Frames, session.Bytes, sent, dropped);
        session.Observer.Ended(session.Id, reason, detail);
    }

    private void Send(in OutgoingDatagram datagram)
    {
        if (datagram.Path.Protocol == TransportProtocol.Tcp && _tcp is not null)
        {
            _tcp.Send(in datagram, this);
            return;
        }

        _outgoing[_outgoingCount++] = datagram;
        if (_outgoingCount == _outgoing.Length)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_outgoingCount == 0)
        {
            return;
        }

        Span<OutgoingDatagram> batch = _outgoing.AsSpan(0, _outgoingCount);
        int sent = _socket.Send(batch);
        foreach (OutgoingDatagram datagram in batch[sent..])
        {
            // The socket's send buffer is full: what does not fit is lost, as on any full link, and asked for again by the protocols.
            DroppedOnSend++;
            datagram.Buffer.Dispose();
        }

        batch.Clear();
        _outgoingCount = 0;
        TimeSpan now = _clock.Now;
        foreach (SentFrame frame in _sentFrames.AsSpan(0, _sentFrameCount))
        {
            _metrics.FrameSent(frame.Kind, now - frame.ReceivedAt);
        }

        _sentFrameCount = 0;
    }

    private readonly record struct SentFrame(TrackKind Kind, TimeSpan ReceivedAt);
}
