using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Streams.Renditions;
using MediaGateway.WebRtc.Sessions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.WebRtc;

/// <summary>Opens the UDP port, runs the media loop, and lets signalling publish and play on it.</summary>
internal sealed class WebRtcServer(
    IOptions<WebRtcOptions> options,
    PeerServices services,
    StreamRegistry streams,
    StreamFinder finder,
    ILadder ladder,
    IVideoRenditions renditions,
    VideoIngest ingest,
    CandidateAddresses addresses,
    OpenFileLimit files,
    GatewayClock clock,
    AwakeTimeProvider awake,
    TimeProvider time,
    BufferPool pool,
    GatewayMetrics metrics,
    ILoggerFactory loggers) : IHostedService, IPeerSessions, IDisposable
{
    /// <summary>Sessions whose peers are not connected yet: each of them may hold a DTLS handshake. More offers are refused.</summary>
    public const int MaximumConnecting = 512;

    private const int SocketBufferBytes = 4 * 1024 * 1024;
    private const int FreePortAttempts = 20;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, WebRtcSession> _sessions = new(StringComparer.Ordinal);
    private readonly SessionPlaces _places = new();
    private readonly SessionPlaces _connecting = new();
    private readonly ILogger<WebRtcServer> _logger = loggers.CreateLogger<WebRtcServer>();
    private MediaLoop? _loop;
    private int _port;
    private int _receiveBufferBytes;

    /// <inheritdoc/>
    public bool HasRoom => _loop is not null && _places.Taken < options.Value.MaximumSessions && _connecting.Taken < MaximumConnecting;

    /// <inheritdoc/>
    public IReadOnlyList<IPAddress> OfferedAddresses => addresses.For(null);

    /// <inheritdoc/>
    public IReadOnlyList<string> MediaAddresses =>
    [
        .. Offered(null).Select(address => $"{address}/udp"),
        .. options.Value.TcpEnabled ? Offered(null).Select(address => $"{address}/tcp") : [],
    ];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        (UdpBatchSocket socket, TcpMediaPort? tcp) = Open();
        _port = socket.Port;
        _receiveBufferBytes = socket.ReceiveBufferBytes;
        if (socket.ReceiveBufferBytes < SocketBufferBytes)
        {
            _logger.SocketBufferSmall(socket.ReceiveBufferBytes, SocketBufferBytes);
        }

        _loop = new MediaLoop(socket, tcp, clock, awake, metrics, loggers.CreateLogger<MediaLoop>());
        _loop.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _loop?.Stop(StopPatience);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Registered under three types, the server is disposed three times.
        MediaLoop? loop = Interlocked.Exchange(ref _loop, null);
        loop?.Stop(StopPatience); // Where the start fails, because of another's port, nobody has stopped it.
        loop?.Dispose();
    }

    /// <inheritdoc/>
    public bool TryPublish(PeerPublishRequest request, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        answer = null;
        if (Accept(request.Offer, request.LocalAddress, PeerDirection.Receive, out refusal) is not { } accepted)
        {
            return false;
        }

        VideoWorker? worker = null;
        CodecId codec = accepted.Peer.VideoCodec ?? CodecId.H264;
        if (codec != CodecId.H264 && !ingest.TryReserve(out worker, out refusal))
        {
            accepted.GiveUp();
            return false;
        }

        var observer = new ForgettingObserver(this, accepted.Place, request.Observer);
        var publisher = new WebRtcPublisher(request, accepted, observer, pool);
        ExpectedTracks tracks = (accepted.Peer.HasAudio ? ExpectedTracks.Audio : 0) | (accepted.Peer.HasVideo ? ExpectedTracks.Video : 0);
        if (streams.TryPublish(request.Key, tracks, publisher, out refusal) is not { } lease)
        {
            GiveBack(worker);
            accepted.GiveUp();
            return false;
        }

        publisher.Media = new PublishedMedia(lease);
        if (worker is not null)
        {
            publisher.Media.ConvertWith(ingest.Begin(worker, lease, publisher, codec));
        }

        answer = Begin(publisher);
        return true;
    }

    /// <inheritdoc/>
    public bool TryPlay(PeerPlayRequest request, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        answer = null;
        StreamSearch search = finder.Find(new StreamQuery(request.Key, TakesFiles: true));
        bool mayWait = search.Refusal is null && (search.IsAnswer || options.Value.WaitForPublisher > TimeSpan.Zero);
        if (search.Stream is null && !mayWait)
        {
            refusal = search.Refusal ?? IPeerSessions.StreamNotFound;
            return false;
        }

        if (Accept(request.Offer, request.LocalAddress, PeerDirection.Send, out refusal) is not { } accepted)
        {
            return false;
        }

        var observer = new ForgettingObserver(this, accepted.Place, request.Observer);
        var viewers = new ViewerServices(options.Value, streams, finder, ladder, renditions, metrics);
        answer = Begin(new WebRtcViewer(request, accepted, observer, viewers) { Found = search.Stream });
        return true;
    }

    /// <inheritdoc/>
    public bool TryRestart(string mediaSessionId, string description, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        if (_sessions.TryGetValue(mediaSessionId, out WebRtcSession? session))
        {
            return session.TryRestart(description, out answer, out refusal);
        }

        answer = null;
        refusal = "There is no such media session; it may have ended already.";
        return false;
    }

    /// <inheritdoc/>
    public bool TryEnd(string mediaSessionId, SessionEndReason reason, string detail)
    {
        if (!_sessions.TryGetValue(mediaSessionId, out WebRtcSession? session))
        {
            return false;
        }

        session.End(reason, detail);
        return true;
    }

    /// <inheritdoc/>
    public bool TrySetQuality(string mediaSessionId, string quality)
    {
        bool isViewer = _sessions.TryGetValue(mediaSessionId, out WebRtcSession? session) && session is WebRtcViewer;
        if (isViewer)
        {
            ((WebRtcViewer)session!).WishQuality(quality); // It is one.
        }

        return isViewer;
    }

    /// <inheritdoc/>
    public bool TrySendData(string mediaSessionId, ReadOnlyMemory<byte> message) =>
        _sessions.TryGetValue(mediaSessionId, out WebRtcSession? session) && session is WebRtcPublisher publisher && publisher.TrySendData(message);

    /// <inheritdoc/>
    public async Task<MediaPortReport?> TestPortAsync(CancellationToken cancellationToken)
    {
        if (_loop is not { } loop)
        {
            return null;
        }

        IPEndPoint[] offered = [.. Offered(null).Select(address => address.ToIPEndPoint())];
        IReadOnlyList<ReachedAddress> reached = await PortTest.RunAsync(loop.Probes, offered, options.Value.TcpEnabled, time, cancellationToken);
        return new MediaPortReport(_port, _receiveBufferBytes, SocketBufferBytes, options.Value.TcpEnabled, reached);
    }

    /// <inheritdoc/>
    public Task<PeerFigures?> FiguresAsync(string mediaSessionId) => _sessions.TryGetValue(mediaSessionId, out WebRtcSession? session)
        ? session.FiguresAsync(clock.Now)
        : Task.FromResult<PeerFigures?>(null);

    private void GiveBack(VideoWorker? worker)
    {
        if (worker is not null)
        {
            ingest.GiveBack(worker);
        }
    }

    private string Begin(WebRtcSession session)
    {
        _sessions[session.Id] = session;
        session.Begin();
        return session.Peer.Answer;
    }

    /// <summary>Answers an offer; null when it is refused.</summary>
    private AcceptedOffer? Accept(string offer, IPAddress? signalingAddress, PeerDirection direction, out string? refusal)
    {
        if (_loop is not { } loop)
        {
            refusal = "The gateway is still starting; try again in a moment.";
            return null;
        }

        if (TakePlace(out refusal) is not { } place)
        {
            return null;
        }

        PeerSessionOptions session = SessionOptions(signalingAddress) with { Direction = direction };
        PeerSession? peer = null;
        try
        {
            return PeerSession.TryAcceptOffer(offer, session, services, clock.Now, out peer, out refusal) ? new AcceptedOffer(loop, peer, place) : null;
        }
        finally
        {
            if (peer is null)
            {
                place.GiveBack();
            }
        }
    }

    private SessionPlace? TakePlace(out string? refusal)
    {
        refusal = null;
        if (!_connecting.TryTake(MaximumConnecting))
        {
            refusal = $"The gateway has {MaximumConnecting} WebRTC sessions that are still connecting, the most that it takes; try again in a moment.";
            return null;
        }

        if (!_places.TryTake(options.Value.MaximumSessions))
        {
            _connecting.GiveBack();
            refusal = $"The gateway has {options.Value.MaximumSessions} WebRTC sessions already, the most that it is set to take.";
            return null;
        }

        return new SessionPlace(_places, _connecting);
    }

    /// <summary>Opens the port for UDP and TCP. One that the kernel chose for UDP may be somebody's for TCP: then another one.</summary>
    private (UdpBatchSocket Socket, TcpMediaPort? Tcp) Open()
    {
        for (int attempt = 1; ; attempt++)
        {
            UdpBatchSocket socket = OpenUdp();
            try
            {
                return (socket, options.Value.TcpEnabled ? new TcpMediaPort(TcpMediaPort.Listen(BindAddress, socket.Port), pool, metrics.Resources, files.Media) : null);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                if (options.Value.Port != 0 || attempt == FreePortAttempts)
                {
                    throw PortFailure.OfMediaTcpPort(options.Value.Port, exception);
                }
            }
        }
    }

    private IPAddress? BindAddress => options.Value.BindAddress == ListenAddress.Any ? null : IPAddress.Parse(options.Value.BindAddress);

    private UdpBatchSocket OpenUdp()
    {
        var socketOptions = new UdpSocketOptions { Address = BindAddress, Port = options.Value.Port, BufferBytes = SocketBufferBytes };
        try
        {
            return new UdpBatchSocket(socketOptions, pool);
        }
        catch (SocketException exception)
        {
            throw PortFailure.OfUdpPort(options.Value.Port, exception);
        }
    }

    private int AdvertisedPort => options.Value.AdvertisedPort == 0 ? _port : options.Value.AdvertisedPort;

    private IEnumerable<TransportAddress> Offered(IPAddress? signalingAddress) =>
        addresses.For(signalingAddress).Select(address => TransportAddress.From(new IPEndPoint(address, AdvertisedPort)));

    private PeerSessionOptions SessionOptions(IPAddress? signalingAddress) => new()
    {
        AdvertisedAddresses = [.. Offered(signalingAddress)],
        TcpAddresses = options.Value.TcpEnabled ? [.. Offered(signalingAddress)] : [],
        AcceptedVideo = ingest.Accepted,
        MaximumBitrate = options.Value.MaximumBitrate,
        ReceiveLimit = options.Value.ReceiveLimit,
        CongestionFeedback = options.Value.CongestionFeedback,
        VideoStartBitrate = options.Value.StartBitrate / 1000,
        ConnectTimeout = options.Value.ConnectTimeout,
        HandshakeTimeout = options.Value.ConnectTimeout,
        ConsentTimeout = options.Value.ConsentTimeout,
    };

    /// <summary>Takes a session off the list when it ends, and gives its place back.</summary>
    private sealed class ForgettingObserver(WebRtcServer server, SessionPlace place, IPeerObserver next) : IPeerObserver
    {
        public void MediaFlows(string mediaSessionId) => next.MediaFlows(mediaSessionId);

        public void DataArrived(string mediaSessionId, ReadOnlyMemory<byte> message) => next.DataArrived(mediaSessionId, message);

        public void Noticed(string mediaSessionId, PeerNotice notice, string? text) => next.Noticed(mediaSessionId, notice, text);

        public void Ended(string mediaSessionId, SessionEndReason reason, string detail)
        {
            server._sessions.TryRemove(mediaSessionId, out _);
            place.GiveBack();
            next.Ended(mediaSessionId, reason, detail);
        }
    }
}
