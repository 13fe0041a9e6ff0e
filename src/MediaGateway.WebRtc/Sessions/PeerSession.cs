using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Sdp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// One peer that publishes or plays: ICE-lite, DTLS server, SRTP and the way of H.264 and Opus from or to it, as one value that is driven. No
/// sockets, clock, tasks or locks; one owner thread. After each input or command the owner drains <see cref="TryTakeDatagram"/>,
/// <see cref="TryTakeFrame"/> and <see cref="TryTakeEvent"/>, and calls <see cref="Advance"/> when <see cref="NextDeadline"/> is due.
/// No datagram, whatever is in it, is an exception; nothing but an authenticated check from an unknown path has any effect.
/// </summary>
public sealed class PeerSession : IDisposable
{
    /// <summary>The longest datagram that is looked at: what fits an Ethernet frame.</summary>
    public const int MaximumDatagramBytes = 1500;

    private readonly PeerSessionOptions _options;
    private readonly PeerServices _services;
    private readonly PeerNegotiation _negotiation;
    private readonly IceAgent _ice;
    private readonly PeerMedia _media;
    private readonly ReceivingMedia? _receiving;
    private readonly SendingMedia? _sending;
    private readonly OutgoingQueue _outgoing;
    private readonly Queue<PeerEvent> _events = new();
    private readonly byte[] _scratch = new byte[MaximumDatagramBytes];
    private readonly TimeSpan _connectDeadline;
    private ReceiveBudget _budget;
    private DtlsTransport? _dtls;
    private TransportPath _dtlsPath;
    private TimeSpan _now;
    private TimeSpan _lastAuthentic;
    private long _datagramsReceived;
    private long _bytesReceived;
    private long _datagramsDropped;

    private PeerSession(PeerNegotiation negotiation, PeerSessionOptions options, PeerServices services, TimeSpan now)
    {
        _negotiation = negotiation;
        _options = options;
        _services = services;
        _now = now;
        _lastAuthentic = now;
        _connectDeadline = now + options.ConnectTimeout;
        _budget = new ReceiveBudget(options.ReceiveLimit);
        _ice = new IceAgent(negotiation.Local, negotiation.Session.RemoteUsernameFragment, options.ConsentTimeout);
        if (options.Direction == PeerDirection.Send)
        {
            _media = _sending = new SendingMedia(negotiation.SendTracks(), negotiation.SenderOptions(services.Random), services);
        }
        else
        {
            _media = _receiving =
                new ReceivingMedia(negotiation.Tracks(), negotiation.ReceiverOptions(options, services.Random), services);
        }

        _outgoing = new OutgoingQueue(services.Pool);
    }

    /// <summary>The SDP answer, candidates included.</summary>
    public string Answer => _negotiation.Answer;

    /// <summary>Our first username fragment: the key by which the owner finds the session of a Binding request.</summary>
    public string LocalUsernameFragment => _negotiation.Local.UsernameFragment;

    /// <summary>Where the session stands.</summary>
    public PeerState State { get; private set; }

    /// <summary>Whether H.264 video was agreed on.</summary>
    public bool HasVideo => _negotiation.Session.Video is not null;

    /// <summary>The codec of the pictures; null when there are none.</summary>
    public CodecId? VideoCodec => _negotiation.Session.Video is { } video ? OtherVideo.CodecOf(video.Codec) : null;

    /// <summary>Whether Opus audio was agreed on.</summary>
    public bool HasAudio => _negotiation.Session.Audio is not null;

    /// <summary>When <see cref="Advance"/> has something to do; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            if (State == PeerState.Closed)
            {
                return TimeSpan.MaxValue;
            }

            TimeSpan deadline = Earlier(_ice.NextDeadline, Earlier(SilenceDeadline, GoodbyeDeadline));
            deadline = Earlier(deadline, State == PeerState.New ? _connectDeadline : TimeSpan.MaxValue);
            deadline = Earlier(deadline, _dtls?.NextDeadline ?? TimeSpan.MaxValue);
            return Earlier(deadline, _media.NextDeadline);
        }
    }

    /// <summary>A snapshot of state and counters. Allocates; not for every packet.</summary>
    public PeerStatistics Statistics => new()
    {
        State = State,
        Ice = _ice.State,
        Dtls = _dtls?.State,
        SelectedPath = _ice.SelectedPath,
        RoundTripTime = _media.RoundTripTime ?? _dtls?.RoundTripTime,
        DatagramsReceived = _datagramsReceived,
        BytesReceived = _bytesReceived,
        DatagramsSent = _outgoing.Queued,
        BytesSent = _outgoing.QueuedBytes,
        DatagramsDropped = _datagramsDropped + (_dtls?.Dropped ?? 0) + _media.EarlyDropped,
        ChecksAnswered = _ice.ChecksAnswered,
        ChecksDropped = _ice.ChecksDropped,
        PacketsNotAuthentic = _media.NotAuthentic,
        PacketsReplayed = _media.Replayed,
        Receiver = _receiving?.Statistics,
        Sender = Sender,
    };

    private TimeSpan SilenceDeadline => State == PeerState.Connected && _options.SilenceTimeout > TimeSpan.Zero
        ? LastAuthentic + _options.SilenceTimeout
        : TimeSpan.MaxValue;

    private TimeSpan GoodbyeDeadline => _media.GoodbyeAt is { } at ? at + _options.GoodbyeTimeout : TimeSpan.MaxValue;

    private TimeSpan LastAuthentic => _media.LastPacketAt is { } packet && packet > _lastAuthentic ? packet : _lastAuthentic;

    private string PeerName => _options.Direction == PeerDirection.Receive ? "publisher" : "viewer";

    /// <summary>Answers an offer to publish or to play.</summary>
    /// <param name="sdpOffer">The offer, from anybody.</param>
    /// <param name="options">How to answer.</param>
    /// <param name="services">What sessions share.</param>
    /// <param name="now">Gateway time.</param>
    /// <param name="session">The session; the caller owns it. Null when the offer is refused.</param>
    /// <param name="refusal">Why not, in words for the person at the other end. Null when the offer is accepted.</param>
    public static bool TryAcceptOffer(
        string sdpOffer,
        PeerSessionOptions options,
        PeerServices services,
        TimeSpan now,
        [NotNullWhen(true)] out PeerSession? session,
        out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(sdpOffer);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        session = PeerNegotiation.TryNegotiate(sdpOffer, options, services, out PeerNegotiation? negotiation, out refusal)
            ? new PeerSession(negotiation!, options, services, now) // not null: the call said true
            : null;
        return session is not null;
    }

    /// <summary>Takes one datagram, and the ownership of its buffer.</summary>
    public void Receive(in IncomingDatagram datagram)
    {
        if (State == PeerState.Closed)
        {
            datagram.Buffer.Dispose();
            return;
        }

        Observe(datagram.ReceivedAt);
        _datagramsReceived++;
        _bytesReceived += datagram.Length;
        ReadOnlySpan<byte> bytes = datagram.Buffer.Span[..datagram.Length];
        DatagramKind kind = bytes.Length <= MaximumDatagramBytes ? DatagramClassifier.Classify(bytes) : DatagramKind.Unknown;
        switch (kind)
        {
            case DatagramKind.Stun:
                ReceiveCheck(datagram);
                break;
            case DatagramKind.Dtls when _ice.IsValid(datagram.Path):
                ReceiveDtls(datagram);
                break;
            case DatagramKind.Rtp or DatagramKind.Rtcp when _ice.IsValid(datagram.Path):
                ReceiveMedia(datagram, kind == DatagramKind.Rtcp);
                break;
            default:
                _datagramsDropped++;
                datagram.Buffer.Dispose();
                break;
        }
    }

    /// <summary>
    /// Lets consent grow older by a time that its owner's time does not count, since nothing ran: RFC 7675 5.1 does not care why nothing came.
    /// What has run out by that ends with the next <see cref="Advance"/>.
    /// </summary>
    public void AgeConsent(TimeSpan by) => _ice.AgeConsent(by);

    /// <summary>Lets what is due at <paramref name="now"/> happen.</summary>
    public void Advance(TimeSpan now)
    {
        if (State == PeerState.Closed)
        {
            return;
        }

        Observe(now);
        _ice.Advance(_now);
        FollowIce();
        _dtls?.Advance(_now);
        FollowDtls();
        EndIfOverdue();
        if (State != PeerState.Closed)
        {
            _media.Advance(_now);
            SendPackets();
        }
    }

    /// <summary>Asks the peer for a keyframe; requests that come too close together are sent once.</summary>
    public void RequestKeyframe(TimeSpan now)
    {
        if (State == PeerState.Connected)
        {
            Observe(now);
            _receiving?.RequestKeyframe(_now);
            SendPackets();
        }
    }

    /// <summary>What is sent to a peer that plays, live; null before it is connected.</summary>
    public SenderStatistics? Sender => _sending?.Statistics;

    /// <summary>
    /// Names what could be sent to a peer that plays, in place of what it gets, if its network carried it, in bit/s: bursts of repetitions find out whether it
    /// does, and <see cref="SenderStatistics.EstimateBitsPerSecond"/> rises with what they show. 0: nothing.
    /// </summary>
    public void LookFor(long bitsPerSecond)
    {
        if (_sending is not null)
        {
            _sending.WantedBitsPerSecond = bitsPerSecond;
        }
    }

    /// <summary>
    /// Sends a frame to a peer that plays (<see cref="PeerDirection.Send"/>); without effect before it is connected. The caller keeps
    /// its reference. Frames come in decoding order within a track; a new <see cref="MediaFrame.Format"/> rides on its first frame.
    /// </summary>
    public void Send(MediaFrame frame, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(frame);
        Observe(now);
        if (State == PeerState.Connected)
        {
            _sending?.Send(frame, _now);
            SendPackets();
        }
    }

    /// <summary>
    /// Checks a description by which the peer restarts ICE (RFC 8445 9), and answers it; nothing changes before <see cref="Restart"/>. Reads
    /// only what never changes: any thread.
    /// </summary>
    /// <param name="description">A new offer of this session, or a trickle fragment (RFC 8840) with new credentials; from anybody.</param>
    /// <param name="latest">The latest restart so prepared; null for the first.</param>
    /// <param name="restart">
    /// What is to be done, with the answer, which is of the kind of the description; null when it is refused, and when the credentials of a
    /// fragment are those in force, so that there is nothing to do.
    /// </param>
    /// <param name="refusal">Why not, in words. Null when it is accepted.</param>
    public bool TryPrepareRestart(string description, PeerRestart? latest, out PeerRestart? restart, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(description);
        return PeerRestart.TryPrepare(description, latest?.Negotiation ?? _negotiation, _options, _services, out restart, out refusal);
    }

    /// <summary>Restarts ICE as prepared, in the order of preparation. DTLS, SRTP and media go on.</summary>
    public void Restart(PeerRestart restart, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(restart);
        if (State == PeerState.Closed)
        {
            return;
        }

        Observe(now);
        _ice.Restart(restart.Negotiation.Local, restart.Negotiation.Session.RemoteUsernameFragment);
        FollowIce();
    }

    /// <summary>Notes that the TCP connection of a path is gone. The peer may come by another one while consent lasts.</summary>
    public void LosePath(in TransportPath path, TimeSpan now)
    {
        Observe(now);
        _ice.Lose(path);
    }

    /// <summary>Ends the session from our side: RTCP BYE, DTLS close_notify, then <see cref="PeerState.Closed"/>.</summary>
    public void Close(TimeSpan now)
    {
        if (State == PeerState.Closed)
        {
            return;
        }

        Observe(now);
        if (_ice.SelectedPath is { } path && _media.TryWriteGoodbye(_scratch, _now, out int length))
        {
            _outgoing.Add(path, _scratch.AsSpan(0, length));
        }

        End(PeerEndReason.LocalClose, "The gateway ended the session.");
    }

    /// <summary>Takes the next datagram to send; the caller owns its buffer.</summary>
    public bool TryTakeDatagram(out OutgoingDatagram datagram) => _outgoing.TryTake(out datagram);

    /// <summary>Takes the next finished frame; the caller owns the reference.</summary>
    public bool TryTakeFrame(out MediaFrame? frame)
    {
        frame = null;
        return _receiving is not null && _receiving.TryTakeFrame(out frame);
    }

    /// <summary>Takes the next event.</summary>
    public bool TryTakeEvent(out PeerEvent? peerEvent) => _events.TryDequeue(out peerEvent);

    /// <summary>Returns all memory, frames and datagrams not taken included. The session sends nothing more.</summary>
    public void Dispose()
    {
        State = PeerState.Closed;
        _dtls?.Dispose();
        _media.Dispose();
        _outgoing.Dispose();
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Observe(TimeSpan now) => _now = now > _now ? now : _now;

    private void ReceiveCheck(in IncomingDatagram datagram)
    {
        Span<byte> answer = stackalloc byte[IceAgent.MaximumAnswerLength];
        int length = _ice.Receive(datagram.Buffer.Span[..datagram.Length], datagram.Path, _now, answer);
        datagram.Buffer.Dispose();
        if (length > 0)
        {
            _outgoing.Add(datagram.Path, answer[..length]);
            _lastAuthentic = _now;
            FollowIce();
        }
    }

    private void FollowIce()
    {
        while (_ice.TryTakeChange(out IcePathChange change))
        {
            _events.Enqueue(change.IsAdded ? new PeerEvent.PathAdded(change.Path) : new PeerEvent.PathRemoved(change.Path));
        }

        while (_ice.TryTakeRetired(out string? fragment))
        {
            _events.Enqueue(new PeerEvent.FragmentRetired(fragment!)); // not null: there was one
        }

        if (_ice.State == IceState.ConsentExpired)
        {
            End(PeerEndReason.ConsentExpired, $"The {PeerName} no longer answers: its network is gone or its page was closed.");
        }
        else if (_dtls is null && _ice.SelectedPath is { } path)
        {
            _dtlsPath = path;
            _dtls = new DtlsTransport(
                _services.Dtls.CreateServer(),
                _negotiation.Session.RemoteFingerprints,
                _now,
                _options.HandshakeTimeout);
            State = PeerState.Connecting;
        }
    }

    private void ReceiveDtls(in IncomingDatagram datagram)
    {
        _dtlsPath = datagram.Path;
        _dtls?.Receive(datagram.Buffer.Span[..datagram.Length], _now);
        datagram.Buffer.Dispose();
        FollowDtls();
    }

    private void ReceiveMedia(in IncomingDatagram datagram, bool isRtcp)
    {
        // The receiver owns the buffer from here.
        if (_media.Receive(datagram.Buffer, datagram.Length, isRtcp, datagram.ReceivedAt))
        {
            _ice.Hear(datagram.Path, _now);
            if (!_budget.TrySpend(datagram.Length, _now))
            {
                End(PeerEndReason.TooMuch, $"The {PeerName} sends more than {_options.ReceiveLimit / 1_000_000} Mbit/s.");
                return;
            }
        }

        SendPackets();
    }

    private void FollowDtls()
    {
        if (_dtls is null || State == PeerState.Closed)
        {
            return;
        }

        SendDtls(_dtls);
        switch (_dtls.State)
        {
            case DtlsState.Connected when State == PeerState.Connecting && _dtls.Keys is { } keys:
                State = PeerState.Connected;
                _events.Enqueue(new PeerEvent.Connected());
                _media.Connect(keys, _dtls.RoundTripTime);
                SendPackets();
                break;
            case DtlsState.Closed:
                End(PeerEndReason.RemoteClose, _dtls.Detail);
                break;
            case DtlsState.Failed:
                End(State == PeerState.Connected ? PeerEndReason.RemoteClose : PeerEndReason.DtlsFailed, _dtls.Detail);
                break;
        }
    }

    private void EndIfOverdue()
    {
        if (State == PeerState.New && _now >= _connectDeadline)
        {
            End(PeerEndReason.ConnectTimeout, $"Nothing came from the {PeerName}: its browser cannot reach the gateway's media port.");
        }
        else if (_now >= SilenceDeadline)
        {
            End(PeerEndReason.Silent, $"The {PeerName} sends nothing any more.");
        }
        else if (_now >= GoodbyeDeadline)
        {
            EndAfterGoodbye(_media.GoodbyeAt ?? _now);
        }
    }

    /// <summary>Packets that the network held back may come after a goodbye; a peer that goes on sending has not left.</summary>
    private void EndAfterGoodbye(TimeSpan goodbyeAt)
    {
        if (_media.LastSignOfLifeAt > goodbyeAt + (_options.GoodbyeTimeout / 2))
        {
            _media.ForgetGoodbye();
        }
        else
        {
            End(PeerEndReason.RemoteClose, $"The {PeerName} said goodbye (RTCP BYE).");
        }
    }

    private void End(PeerEndReason reason, string detail)
    {
        if (State == PeerState.Closed)
        {
            return;
        }

        // RFC 7675 5.1: without consent nothing may be sent, not even a goodbye.
        if (_dtls is not null && _ice.SelectedPath is not null)
        {
            _dtls.Close();
            SendDtls(_dtls);
        }

        State = PeerState.Closed;
        _events.Enqueue(new PeerEvent.Closed(reason, detail));
    }

    private void SendDtls(DtlsTransport dtls)
    {
        TransportPath path = State == PeerState.Connected ? _ice.SelectedPath ?? _dtlsPath : _dtlsPath;
        while (dtls.TryTakeDatagram(_scratch, _now, out int length))
        {
            _outgoing.Add(path, _scratch.AsSpan(0, length));
        }
    }

    /// <summary>Media goes to the selected pair and nowhere else: nothing but an authenticated check moves it.</summary>
    private void SendPackets()
    {
        while (_ice.SelectedPath is { } path && _outgoing.HasRoom && _media.TryTakePacket(_scratch, _now, out int length))
        {
            _outgoing.Add(path, _scratch.AsSpan(0, length));
        }

        while (_sending is not null && _sending.TryTakeEvent(_now, out PeerEvent? peerEvent))
        {
            _events.Enqueue(peerEvent!); // not null: the call said true
        }
    }
}
