using System.Net.Sockets;
using System.Security.Cryptography;
using MediaGateway.Native.OpenSsl;
using MediaGateway.Native.Srtp;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Load;

/// <summary>Many publishers over WebRTC, each of a stream of its own, that come by WHIP.</summary>
internal sealed class LoadWhip : IDisposable
{
    private const int SessionsPerLoop = 16;
    private const int SoundBitsPerSecond = 96_000;

    private static readonly TimeSpan HttpTimeout = TimeSpan.FromSeconds(10);

    private readonly LoadSettings _settings;
    private readonly LoadMedia _source;
    private readonly string? _token;
    private readonly LoadServices _services;
    private readonly LoadSessions _sessions;
    private readonly HttpClient _http = new() { Timeout = HttpTimeout };
    private readonly OpenSslDtlsEndpointFactory _dtls = new();
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly List<LoadWhipLoop> _loops = [];
    private readonly List<LoadWhipSession> _publishers = [];
    private readonly List<double> _connectTimes = [];
    private readonly Lock _lock = new();

    /// <summary>Prepares it.</summary>
    /// <param name="settings">How many, to where, how long.</param>
    /// <param name="media">What they send.</param>
    /// <param name="token">The bearer token; null for none.</param>
    /// <param name="services">The time that paces them, and memory.</param>
    public LoadWhip(LoadSettings settings, LoadMedia media, string? token, LoadServices services)
    {
        (_settings, _source, _token, _services) = (settings, media, token, services);
        _sessions = new LoadSessions(settings);
    }

    /// <summary>Whether they send sound beside their pictures.</summary>
    public bool HasSound { get; init; } = true;

    /// <summary>Runs, and says what it has done.</summary>
    /// <exception cref="LoadException">Something the user has to put right.</exception>
    public async Task<LoadWhipReport> RunAsync(CancellationToken cancellation)
    {
        if (_settings is { Sessions: > 1, HasNumber: false })
        {
            throw new LoadException("Several publishers need several streams: put {n} into the address, as in http://host:8080/whip/load{n}.");
        }

        _ = _settings.WebTarget(1);
        LoadWhipMedia media = MediaOf(_source);
        var peers = new PeerServices(_services.Pool, _dtls, new EvpSrtpCipherFactory(), _random);
        var server = LoadServer.Of(_settings.Process);
        using var stop = new CancellationTokenSource();
        using (cancellation.Register(stop.Cancel)) // Later sessions are counted before they are told.
        {
            await _sessions.StartAsync(number => Start(number, media, peers, stop.Token), cancellation);
            await Task.Delay(_settings.WarmUp, _services.Time, cancellation);
        }

        server?.Begin();
        (long pictures, long bytes) = Sent();
        long began = _services.Timestamp;
        await _services.MeasureAsync(_settings.Length, cancellation);
        double seconds = _services.Time.GetElapsedTime(began).TotalSeconds;
        LoadServerReport? taken = server?.End(_settings.Sessions, seconds);
        (long picturesNow, long bytesNow) = Sent();
        int publishing = _sessions.Running;
        await stop.CancelAsync();
        await _sessions.EndAsync();
        SenderStatistics[] statistics = [.. Publishers().Select(publisher => publisher.Statistics).OfType<SenderStatistics>()];
        return new LoadWhipReport(
            _settings.Sessions,
            publishing,
            _sessions.Failures,
            Math.Round(seconds, 2),
            LoadTimes.Of(_connectTimes),
            picturesNow - pictures,
            statistics.Sum(sender => sender.DroppedPictures),
            Math.Round((bytesNow - bytes) * 8 / seconds / 1e6, 2),
            statistics.Sum(sender => sender.KeyframeRequests),
            statistics.Sum(sender => sender.Tracks.Sum(track => track.RequestedPackets)),
            Math.Round(Publishers().Select(publisher => publisher.Latest.TotalMilliseconds).DefaultIfEmpty().Max(), 1),
            taken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LoadWhipLoop loop in _loops)
        {
            loop.Dispose();
        }

        _http.Dispose();
        _dtls.Dispose();
        _random.Dispose();
    }

    private LoadWhipMedia MediaOf(LoadMedia media)
    {
        LoadFrame[] pictures = [.. media.Frames.Where(frame => frame.IsPicture)];
        if (pictures.Any(picture => picture.Composition != 0))
        {
            throw new LoadException("The file has B-frames, which browsers neither send nor play: encode it without.");
        }

        long bits = pictures.Sum(picture => (long)picture.Payload.Length) * 8;
        IReadOnlyList<byte[]> sound = HasSound ? LoadSound.Encode(_services.Pool) : [];
        return new LoadWhipMedia(pictures, media.Length, sound, (long)(bits / media.Length.TotalSeconds) + SoundBitsPerSecond);
    }

    private (Task Begun, Task<string?> Ended) Start(int number, LoadWhipMedia media, PeerServices peers, CancellationToken cancellation)
    {
        if (number % SessionsPerLoop == 0)
        {
            _loops.Add(new LoadWhipLoop(_services));
        }

        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (begun.Task, RunAsync(number, media, peers, _loops[^1], begun, cancellation));
    }

    private async Task<string?> RunAsync(
        int number, LoadWhipMedia media, PeerServices peers, LoadWhipLoop loop, TaskCompletionSource begun, CancellationToken cancellation)
    {
        var request = new LoadWhipRequest(_http, _settings.WebTarget(number + 1), _token);
        LoadWhipSession? session = null;
        try
        {
            long offered = _services.Timestamp;
            session = new LoadWhipSession(media, _services, new PublishingPeer(peers, _dtls.CreateClient, HasSound));
            (string? answer, string? refusal) = await request.OfferAsync(session.Offer, cancellation);
            refusal ??= session.Accept(answer ?? "");
            if (refusal is not null)
            {
                session.Dispose();
                return refusal;
            }

            return await PublishAsync(session, loop, offered, begun, cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or SocketException)
        {
            session?.Dispose();
            return cancellation.IsCancellationRequested ? null
                : exception is OperationCanceledException ? "The server does not answer." : $"The server cannot be reached: {exception.Message}";
        }
        finally
        {
            begun.TrySetResult();
            await request.EndAsync();
        }
    }

    /// <summary>The loop owns the session from here.</summary>
    private async Task<string?> PublishAsync(
        LoadWhipSession session, LoadWhipLoop loop, long offered, TaskCompletionSource begun, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _publishers.Add(session);
        }

        using CancellationTokenRegistration stopping = cancellation.Register(() =>
        {
            session.IsStopping = true;
            loop.Wake();
        });
        loop.Add(session);
        await session.Connected.Task;
        if (!session.Ended.Task.IsCompleted)
        {
            lock (_lock)
            {
                _connectTimes.Add(_services.Milliseconds(offered, _services.Timestamp));
            }
        }

        begun.TrySetResult();
        return await session.Ended.Task;
    }

    private LoadWhipSession[] Publishers()
    {
        lock (_lock)
        {
            return [.. _publishers];
        }
    }

    private (long Pictures, long Bytes) Sent()
    {
        LoadWhipSession[] publishers = Publishers();
        return (publishers.Sum(publisher => publisher.Pictures), publishers.Sum(publisher => publisher.Statistics?.BytesSent ?? 0));
    }
}
