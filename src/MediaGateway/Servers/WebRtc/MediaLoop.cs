using System.Collections.Concurrent;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// The one thread that owns the UDP port and every session on it. It waits for datagrams, requests or the next deadline, feeds the
/// session concerned, drains what that session has to say, and sends. No task, channel or timer; nothing is allocated per datagram.
/// </summary>
internal sealed class MediaLoop : IDisposable
{
    /// <summary>Datagrams taken from the socket before requests and deadlines are looked at again.</summary>
    private const int BatchesPerRound = 4;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly UdpBatchSocket _socket;
    private readonly GatewayClock _clock;
    private readonly ILogger _logger;
    private readonly GatewayMetrics _metrics;
    private readonly BufferPool _pool;
    private readonly EventFd _wake = new();
    private readonly Poller _poller;
    private readonly DatagramRouter _router = new();
    private readonly DeadlineQueue _deadlines = new();
    private readonly ConcurrentQueue<WebRtcPublisher> _inbox = new();
    private readonly List<WebRtcPublisher> _publishers = [];
    private readonly IncomingDatagram[] _received = new IncomingDatagram[UdpBatchSocket.BatchSize];
    private readonly OutgoingDatagram[] _outgoing = new OutgoingDatagram[UdpBatchSocket.BatchSize];
    private readonly Thread _thread;
    private int _outgoingCount;
    private volatile bool _isStopping;

    /// <summary>Makes a loop over a bound socket, which it owns from here. It does nothing before <see cref="Start"/>.</summary>
    public MediaLoop(UdpBatchSocket socket, GatewayClock clock, GatewayMetrics metrics, BufferPool pool, ILogger<MediaLoop> logger)
    {
        _socket = socket;
        _clock = clock;
        _metrics = metrics;
        _pool = pool;
        _logger = logger;
        _poller = new Poller(socket.Handle, _wake.Handle);
        _thread = new Thread(Run) { Name = "media-loop", IsBackground = true };
    }

    /// <summary>Datagrams that found the socket's send buffer full.</summary>
    public long DroppedOnSend { get; private set; }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Asks the loop to look at a publisher: to take it in, or at what was asked of it. Any thread.</summary>
    public void Post(WebRtcPublisher publisher)
    {
        _inbox.Enqueue(publisher);
        _wake.Signal();
    }

    /// <summary>Ends every session, saying goodbye to the peers, and waits for the thread.</summary>
    public void Stop(TimeSpan patience)
    {
        _isStopping = true;
        _wake.Signal();
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
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _poller.Wait(TimeUntilNextDeadline());
            _wake.Clear();
            HandleRequests();
            ReceiveDatagrams();
            HandleDeadlines();
            Flush();
        }

        for (int index = _publishers.Count - 1; index >= 0; index--)
        {
            End(_publishers[index], SessionEndReason.ServerShutdown, "The gateway is shutting down.");
        }

        Flush();
    }

    private TimeSpan TimeUntilNextDeadline()
    {
        TimeSpan wait = _deadlines.Next - _clock.Now;
        return wait > LongestWait ? LongestWait : wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private void HandleRequests()
    {
        while (_inbox.TryDequeue(out WebRtcPublisher? publisher))
        {
            if (!publisher.IsEnded)
            {
                Guard(publisher, static (loop, publisher) => loop.HandleRequest(publisher));
            }
        }
    }

    private void HandleRequest(WebRtcPublisher publisher)
    {
        (bool keyframe, WebRtcPublisher.EndRequest? end) = publisher.TakeRequests();
        if (!publisher.IsRegistered)
        {
            Register(publisher);
        }

        if (end is not null)
        {
            End(publisher, end.Reason, end.Detail);
            return;
        }

        if (keyframe)
        {
            publisher.Peer.RequestKeyframe(_clock.Now);
        }

        while (publisher.TryTakeData(out ReadOnlyMemory<byte> message))
        {
            PublishData(publisher, message);
        }

        Drain(publisher);
    }

    private void PublishData(WebRtcPublisher publisher, ReadOnlyMemory<byte> message)
    {
        if (publisher.NewestFrameAt is not { } time)
        {
            return;
        }

        PooledBuffer buffer = _pool.Rent(message.Length, BufferOwner.Frame);
        message.Span.CopyTo(buffer.Span);
        publisher.Lease!.Publish(
            new MediaFrame(ScriptDataFormat.Instance, time, time, isKeyframe: true, buffer, 0, message.Length, _clock.Now));
    }

    private void Register(WebRtcPublisher publisher)
    {
        publisher.IsRegistered = true;
        publisher.StartedAt = _clock.Now;
        _publishers.Add(publisher);
        _router.Add(publisher);
        _metrics.SessionStarted("webrtc", "publish");
        _logger.SessionStarted(publisher.ShortId, publisher.Key);
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

    private void Dispatch(in IncomingDatagram datagram)
    {
        WebRtcPublisher? publisher = _router.Find(datagram.Path.Remote, datagram.Buffer.Span[..datagram.Length]);
        if (publisher is null)
        {
            datagram.Buffer.Dispose();
            return;
        }

        publisher.Datagrams++;
        publisher.Bytes += datagram.Length;
        try
        {
            publisher.Peer.Receive(in datagram);
            Drain(publisher);
        }
        catch (Exception exception)
        {
            Fail(publisher, exception);
        }
    }

    private void HandleDeadlines()
    {
        TimeSpan now = _clock.Now;
        while (_deadlines.TryTakeDue(now, out WebRtcPublisher? publisher))
        {
            Guard(publisher!, static (loop, publisher) =>
            {
                publisher.Peer.Advance(loop._clock.Now);
                loop.Drain(publisher);
            });
        }
    }

    /// <summary>One bad session never ends the loop: it ends alone.</summary>
    private void Guard(WebRtcPublisher publisher, Action<MediaLoop, WebRtcPublisher> action)
    {
        try
        {
            action(this, publisher);
        }
        catch (Exception exception)
        {
            Fail(publisher, exception);
        }
    }

    private void Drain(WebRtcPublisher publisher)
    {
        while (publisher.Peer.TryTakeDatagram(out OutgoingDatagram datagram))
        {
            Send(in datagram);
        }

        while (publisher.Peer.TryTakeFrame(out MediaFrame? frame))
        {
            Publish(publisher, frame!);
        }

        while (!publisher.IsEnded && publisher.Peer.TryTakeEvent(out PeerEvent? peerEvent))
        {
            HandleEvent(publisher, peerEvent!);
        }

        if (!publisher.IsEnded)
        {
            _deadlines.Schedule(publisher);
        }
    }

    private static void Publish(WebRtcPublisher publisher, MediaFrame frame)
    {
        publisher.Frames++;
        publisher.NewestFrameAt = frame.Decoding;
        publisher.Lease!.Publish(frame);
        if (!publisher.HasPublished && publisher.Lease.IsCurrent)
        {
            publisher.HasPublished = true;
            publisher.Observer.MediaFlows(publisher.Id);
        }
    }

    private void HandleEvent(WebRtcPublisher publisher, PeerEvent peerEvent)
    {
        switch (peerEvent)
        {
            case PeerEvent.PathAdded added:
                _router.Map(added.Path.Remote, publisher);
                break;
            case PeerEvent.PathRemoved removed:
                _router.Unmap(removed.Path.Remote, publisher);
                break;
            case PeerEvent.Connected:
                _logger.PeerConnected(publisher.ShortId, publisher.Key);
                break;
            case PeerEvent.Closed closed:
                End(publisher, PeerEndReasons.ToSession(closed.Reason), closed.Detail);
                break;
        }
    }

    private void End(WebRtcPublisher publisher, SessionEndReason reason, string detail)
    {
        if (publisher.IsEnded)
        {
            return;
        }

        publisher.IsEnded = true;
        publisher.Peer.Close(_clock.Now);
        while (publisher.Peer.TryTakeDatagram(out OutgoingDatagram datagram))
        {
            Send(in datagram);
        }

        Release(publisher, reason, detail);
    }

    private void Fail(WebRtcPublisher publisher, Exception exception)
    {
        _logger.SessionFailed(exception, publisher.ShortId, publisher.Key);
        if (!publisher.IsEnded)
        {
            publisher.IsEnded = true;
            Release(publisher, SessionEndReason.InternalError, "The gateway met an error of its own in this session.");
        }
    }

    private void Release(WebRtcPublisher publisher, SessionEndReason reason, string detail)
    {
        _publishers.Remove(publisher);
        _router.Remove(publisher);
        publisher.Lease!.End(PeerEndReasons.ToStream(reason));
        publisher.Peer.Dispose();
        TimeSpan duration = _clock.Now - publisher.StartedAt;
        _metrics.SessionEnded("webrtc", "publish", reason, duration);
        _logger.SessionEnded(publisher.ShortId, publisher.Key, reason, detail, duration, publisher.Frames, publisher.Bytes);
        publisher.Observer.Ended(publisher.Id, reason, detail);
    }

    private void Send(in OutgoingDatagram datagram)
    {
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
    }
}
