using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Sdp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// The other end of a <see cref="PeerSession"/>: offers H.264 and Opus, looks for the way to the server that answers, begins the DTLS handshake
/// and sends, with reports, repetitions and what else a browser does. It keeps its rate whatever it hears of the way: it is there to put load
/// on servers. No sockets, clock, tasks or locks; one owner thread. After each input the owner drains <see cref="TryTakeDatagram"/>, and calls
/// <see cref="Advance"/> when <see cref="NextDeadline"/> is due.
/// </summary>
public sealed class PublishingPeer : IDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);

    private readonly PeerServices _services;
    private readonly Func<IDtlsEndpoint> _createClient;
    private readonly IceCredentials _local;
    private readonly SendDescription _sending;
    private readonly OutgoingQueue _outgoing;
    private readonly byte[] _scratch = new byte[PeerSession.MaximumDatagramBytes];
    private readonly ulong _seed;
    private PublishingAnswer? _answer;
    private IceChecker? _ice;
    private DtlsTransport? _dtls;
    private SendingMedia? _media;
    private TransportPath _path;
    private TimeSpan _now;
    private bool _wantsKeyframe;

    /// <summary>Makes the offer.</summary>
    /// <param name="services">Memory, ciphers, chance, and the certificate.</param>
    /// <param name="createClient">Makes the client end of a DTLS association with that certificate.</param>
    /// <param name="hasSound">Whether it offers sound beside pictures.</param>
    public PublishingPeer(PeerServices services, Func<IDtlsEndpoint> createClient, bool hasSound = true)
    {
        ArgumentNullException.ThrowIfNull(services);
        (_services, _createClient) = (services, createClient);
        _local = IceCredentials.Generate(services.Random);
        _sending = PeerNegotiation.DescribeSending(services.Random);
        _outgoing = new OutgoingQueue(services.Pool);
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        services.Random.GetBytes(seed);
        _seed = BinaryPrimitives.ReadUInt64BigEndian(seed);
        Offer = PublishingOffer.Write(_local, services.Dtls.LocalFingerprint, _sending, hasSound);
    }

    /// <summary>The SDP offer.</summary>
    public string Offer { get; }

    /// <summary>Where it stands.</summary>
    public PeerState State { get; private set; }

    /// <summary>Why it is <see cref="PeerState.Closed"/>, in words; null while it is not, and after <see cref="Close"/>.</summary>
    public string? Failure { get; private set; }

    /// <summary>Counters of what is sent; null until connected.</summary>
    public SenderStatistics? Statistics => _media?.Statistics;

    /// <summary>When <see cref="Advance"/> has something to do; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            if (State == PeerState.Closed || _ice is null)
            {
                return TimeSpan.MaxValue;
            }

            TimeSpan deadline = Earlier(_ice.NextCheckAt, _dtls?.NextDeadline ?? TimeSpan.MaxValue);
            return Earlier(deadline, _media?.NextDeadline ?? TimeSpan.MaxValue);
        }
    }

    /// <summary>Takes the server's answer; false with the reason in words.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="bitrate">bit/s that will be sent at most: the pace never falls below three times as much.</param>
    /// <param name="now">The time.</param>
    /// <param name="refusal">Why it cannot be used; null when it can.</param>
    public bool TryAccept(string answer, long bitrate, TimeSpan now, out string? refusal)
    {
        if (!PublishingAnswer.TryRead(answer, _sending, out _answer, out refusal) || _answer is null)
        {
            return false;
        }

        Observe(now);
        _ice = new IceChecker(_local, _answer.Remote, _answer.Candidates, _seed, _now);
        _media = new SendingMedia(
            _answer.Tracks,
            new MediaSenderOptions
            {
                CanonicalName = _sending.CanonicalName,
                Seed = _seed,
                StartBitrate = bitrate * 3,
                MinimumBitrate = bitrate * 3,
                MaximumBitrate = bitrate * 3,
            },
            _services);
        SendAll();
        return true;
    }

    /// <summary>Takes one datagram, and the ownership of its buffer.</summary>
    public void Receive(in IncomingDatagram datagram)
    {
        Observe(datagram.ReceivedAt);
        Span<byte> bytes = datagram.Buffer.Span[..datagram.Length];
        switch (State == PeerState.Closed ? DatagramKind.Unknown : DatagramClassifier.Classify(bytes))
        {
            case DatagramKind.Stun:
                ReceiveCheckAnswer(bytes, datagram.Path);
                datagram.Buffer.Dispose();
                break;
            case DatagramKind.Dtls:
                _dtls?.Receive(bytes, _now);
                datagram.Buffer.Dispose();
                break;
            case DatagramKind.Rtcp when _media is not null:
                _media.Receive(datagram.Buffer, datagram.Length, isRtcp: true, datagram.ReceivedAt); // owns the buffer from here
                break;
            default:
                datagram.Buffer.Dispose();
                break;
        }

        SendAll();
    }

    /// <summary>Lets what is due at <paramref name="now"/> happen.</summary>
    public void Advance(TimeSpan now)
    {
        if (State == PeerState.Closed || _ice is null)
        {
            return;
        }

        Observe(now);
        _dtls?.Advance(_now);
        _media?.Advance(_now);
        SendAll();
        if (_ice.IsLost(_now))
        {
            Fail(State == PeerState.New ? "The server does not answer at its media port." : "The server answers no more at its media port.");
        }
    }

    /// <summary>Sends a frame; without effect before it is connected. The caller keeps its reference.</summary>
    public void Send(MediaFrame frame, TimeSpan now)
    {
        if (State == PeerState.Connected)
        {
            Observe(now);
            _media?.Send(frame, _now);
            SendAll();
        }
    }

    /// <summary>Whether the server has asked for a keyframe since the last call.</summary>
    public bool TakeKeyframeWish()
    {
        bool wanted = _wantsKeyframe;
        _wantsKeyframe = false;
        return wanted;
    }

    /// <summary>Takes the next datagram to send; the caller owns its buffer.</summary>
    public bool TryTakeDatagram(out OutgoingDatagram datagram) => _outgoing.TryTake(out datagram);

    /// <summary>Ends it: RTCP BYE and close_notify, which wait to be taken.</summary>
    public void Close(TimeSpan now)
    {
        Observe(now);
        if (State == PeerState.Connected && _media is not null && _media.TryWriteGoodbye(_scratch, _now, out int length))
        {
            _outgoing.Add(_path, _scratch.AsSpan(0, length));
        }

        _dtls?.Close();
        SendDtls();
        State = PeerState.Closed;
    }

    /// <summary>Returns all memory.</summary>
    public void Dispose()
    {
        State = PeerState.Closed;
        _dtls?.Dispose();
        _media?.Dispose();
        _outgoing.Dispose();
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Observe(TimeSpan now) => _now = now > _now ? now : _now;

    private void ReceiveCheckAnswer(Span<byte> datagram, in TransportPath path)
    {
        if (_ice?.Receive(datagram, path.Remote, _now) is true && State == PeerState.New && _answer is not null)
        {
            State = PeerState.Connecting;
            _path = path;
            _dtls = new DtlsTransport(_createClient(), _answer.Fingerprints, _now, HandshakeTimeout);
        }
    }

    private void SendAll()
    {
        if (State == PeerState.Closed)
        {
            return;
        }

        while (_ice is not null && _outgoing.HasRoom && _ice.TryTakeCheck(_scratch, _now, out TransportAddress to, out int length))
        {
            _outgoing.Add(new TransportPath(to, _path.Local), _scratch.AsSpan(0, length));
        }

        SendDtls();
        FollowDtls();
        SendMedia();
    }

    private void SendDtls()
    {
        while (_dtls is not null && _dtls.TryTakeDatagram(_scratch, _now, out int length))
        {
            _outgoing.Add(_path, _scratch.AsSpan(0, length));
        }
    }

    private void FollowDtls()
    {
        switch (_dtls?.State)
        {
            case DtlsState.Connected when State == PeerState.Connecting && _dtls.Keys is { } keys:
                State = PeerState.Connected;
                _media?.Connect(keys.ForClient(), _dtls.RoundTripTime);
                break;
            case DtlsState.Closed:
                Fail("The server has ended the session.");
                break;
            case DtlsState.Failed:
                Fail($"The handshake failed: {_dtls.Detail}");
                break;
        }
    }

    private void SendMedia()
    {
        while (_media is not null && _outgoing.HasRoom && _media.TryTakePacket(_scratch, _now, out int length))
        {
            _outgoing.Add(_path, _scratch.AsSpan(0, length));
        }

        while (_media is not null && _media.TryTakeEvent(_now, out PeerEvent? happened))
        {
            _wantsKeyframe |= happened is PeerEvent.KeyframeWanted;
        }
    }

    private void Fail(string words)
    {
        Failure ??= words;
        State = PeerState.Closed;
    }
}
