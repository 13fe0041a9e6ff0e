using MediaGateway.Diagnostics;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>
/// One push: waits for its stream, connects to its target, sends, and begins anew whenever either of them goes, until it is stopped. One
/// task runs it; any thread reads and stops it.
/// </summary>
internal sealed class StreamPush : IDisposable
{
    /// <summary>After so long a loss is a new one: a target that accepts and hangs up at once is not tried every second.</summary>
    private static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(10);

    private readonly PushServices _services;
    private readonly ILogger _logger;
    private readonly ReconnectPolicy _policy;
    private readonly Detours _detours;
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<StreamPush> _onEnded;
    private Task _running = Task.CompletedTask;
    private volatile string _reason = "";
    private int _state = (int)PushState.WaitingForStream;
    private int _attempts;

    /// <summary>Makes a push that does nothing yet.</summary>
    /// <param name="target">What to push where.</param>
    /// <param name="endsWithStream">Whether it is over when its stream ends; else it waits for the stream to be published again.</param>
    /// <param name="onEnded">Called once when it is over.</param>
    /// <param name="services">The rest of the gateway.</param>
    /// <param name="logger">Where it is told.</param>
    public StreamPush(PushTarget target, bool endsWithStream, Action<StreamPush> onEnded, PushServices services, ILogger logger)
    {
        (Target, EndsWithStream, _onEnded, _services, _logger) = (target, endsWithStream, onEnded, services, logger);
        _detours = new Detours(target.Url);
        _policy = new ReconnectPolicy(services.Options.MaximumRetryDelay, Random.Shared);
        StartedAt = services.Clock.Now;
    }

    /// <summary>Names the push: a random UUID.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>What is pushed where.</summary>
    public PushTarget Target { get; }

    /// <summary>Whether it is over when its stream ends.</summary>
    public bool EndsWithStream { get; }

    /// <summary>Gateway time of its start.</summary>
    public TimeSpan StartedAt { get; }

    /// <summary>What it is doing.</summary>
    public PushState State => (PushState)Volatile.Read(ref _state);

    /// <summary>Why it is not publishing, in words without secrets; empty when there is nothing to say.</summary>
    public string Reason => _reason;

    /// <summary>How often the target was connected to.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Its figures.</summary>
    public PushStatistics Statistics { get; } = new();

    /// <summary>Completes when the push is over.</summary>
    public Task Completion => _running;

    /// <summary>Begins. Once.</summary>
    public void Start() => _running = Task.Run(() => _services.Metrics.Resources.RunAsync(ResourceKind.Push, RunAsync));

    /// <summary>Asks it to end; returns at once.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        _logger.PushStarted(Id, Target.Stream, Target.Url.Masked);
        try
        {
            bool goesOn = true;
            while (goesOn)
            {
                LiveStream? stream = await FindStreamAsync();
                goesOn = stream is not null && await PushAsync(stream);
            }

            SetUnlessFailed(PushState.Stopped);
        }
        catch (OperationCanceledException)
        {
            SetUnlessFailed(PushState.Stopped);
        }
        catch (Exception exception)
        {
            // The one place where a fault of ours ends one push and nothing else.
            _logger.PushFault(exception, Id, Target.Stream);
            (_reason, _state) = ("A fault of the gateway; see its log.", (int)PushState.Failed);
        }

        string reason = State == PushState.Failed ? _reason : _stop.IsCancellationRequested ? "Stopped" : "The stream has ended";
        double seconds = (_services.Clock.Now - StartedAt).TotalSeconds;
        _logger.PushEnded(Id, Target.Stream, Target.Url.Masked, reason, seconds, Statistics.Bytes, Statistics.Frames, Statistics.DroppedFrames);
        _onEnded(this);
    }

    private async Task<LiveStream?> FindStreamAsync()
    {
        if (EndsWithStream)
        {
            return _services.Registry.Find(Target.Stream);
        }

        var published = new TaskCompletionSource<LiveStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable? wait = _services.Registry.WaitFor(Target.Stream, stream => published.TrySetResult(stream));
        if (!published.Task.IsCompleted)
        {
            Set(PushState.WaitingForStream, "");
        }

        if (wait is null)
        {
            await WaitAsync("The gateway has too many waits for streams.");
            return await FindStreamAsync();
        }

        return await published.Task.WaitAsync(_stop.Token);
    }

    /// <summary>Connects once; false when the push is over.</summary>
    private async Task<bool> PushAsync(LiveStream stream)
    {
        _stop.Token.ThrowIfCancellationRequested();
        if (State != PushState.WaitingToRetry)
        {
            Set(PushState.Connecting, "");
        }

        Interlocked.Increment(ref _attempts);
        PushOutcome outcome = await ConnectAsync(stream);
        if (outcome.HasPublished && _services.Clock.Now - Statistics.PublishedAt >= GoodConnection)
        {
            _policy.Reset();
        }

        switch (outcome.End)
        {
            case PushEnd.Finished:
                _detours.Forget();
                return !_stop.IsCancellationRequested;
            case PushEnd.Failed:
                Set(PushState.Failed, outcome.Text);
                _logger.PushFailed(Id, Target.Stream, Target.Url.Masked, outcome.Text);
                return false;
            case PushEnd.Redirected when _detours.Follow(outcome.Text):
                return true;
            case PushEnd.AuthorizationNeeded when _detours.Answer(outcome.Text):
                return true;
            default:
                await WaitAsync(WordsFor(outcome));
                return true;
        }
    }

    private async Task<PushOutcome> ConnectAsync(LiveStream stream)
    {
        try
        {
            await using Stream transport = await _services.Dialer.DialAsync(_detours.Url, isTrusted: false, _stop.Token);
            using IDisposable held = _services.Metrics.Resources.Hold(ResourceKind.OutgoingConnection);
            var options = new RtmpClientOptions { RelayPath = PathWithUs() };
            using var session = new RtmpClientSession(
                _detours.Url, _detours.Authorization, options, _services.Buffers, Random.Shared, _services.Clock.Now);
            using var connection = new PushConnection(transport, session, stream, _services, Statistics, OnPublished);
            return await connection.RunAsync(_stop.Token);
        }
        catch (PushTargetException exception)
        {
            return new PushOutcome(exception.IsPermanent ? PushEnd.Failed : PushEnd.Lost, exception.Message);
        }
    }

    // What the publisher of our stream has passed already, then we ourselves.
    private string PathWithUs()
    {
        MediaSession? publisher = _services.Sessions.Sessions.FirstOrDefault(session => session.IsPublisher && session.Key == Target.Stream);
        return RelayPath.Append(publisher?.Connection.RelayPath, _services.Identity.NodeId);
    }

    private void OnPublished()
    {
        Set(PushState.Publishing, "");
        _logger.PushPublishing(Id, Target.Stream, Target.Url.Masked);
    }

    private static string WordsFor(PushOutcome outcome) => outcome.End switch
    {
        PushEnd.Redirected => "The target redirects too often, or to an address that cannot be used.",
        PushEnd.AuthorizationNeeded => "The target does not accept user and password.",
        _ => outcome.Text,
    };

    private async Task WaitAsync(string reason)
    {
        _detours.Forget();
        string words = Target.Url.WithoutSecrets(reason, Target.IsFullUrl);
        TimeSpan wait = _policy.Next();
        Set(PushState.WaitingToRetry, words);
        _logger.PushRetried(Id, Target.Stream, Target.Url.Masked, wait.TotalSeconds, words);
        await Task.Delay(wait, _services.Time, _stop.Token);
    }

    private void SetUnlessFailed(PushState state)
    {
        if (State != PushState.Failed)
        {
            Set(state, "");
        }
    }

    private void Set(PushState state, string reason)
    {
        _reason = reason;
        Volatile.Write(ref _state, (int)state);
    }
}
