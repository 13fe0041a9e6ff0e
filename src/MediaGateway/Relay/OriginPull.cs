using MediaGateway.Diagnostics;
using MediaGateway.Push;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Relay;

/// <summary>
/// One stream that is pulled from an origin, however many watch it: connects, publishes what comes under the stream's own name, begins anew
/// when the origin is lost while somebody watches, and ends with its stream or some time after its last viewer. A publisher of the name here
/// takes the stream over. One task runs it; any thread reads and stops it.
/// </summary>
internal sealed class OriginPull : IPublisherControl, IDisposable
{
    /// <summary>The longest wait before a lost origin is tried again: viewers are kept for a few seconds only.</summary>
    public static readonly TimeSpan MaximumRetryDelay = TimeSpan.FromSeconds(4);

    /// <summary>How often it looks whether somebody still watches.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a failure is remembered: whoever asks again at once gets the same answer, and the origin is not asked.</summary>
    private static readonly TimeSpan FailureMemory = TimeSpan.FromSeconds(1);

    private readonly PullServices _services;
    private readonly ILogger _logger;
    private readonly Action<OriginPull> _onEnded;
    private readonly Lock _joining = new();
    private readonly ReconnectPolicy _policy = new(MaximumRetryDelay, Random.Shared);
    private readonly Detours _detours;
    private readonly CancellationTokenSource _stop = new();
    private readonly RtmpTargetUrl _url;
    private Task _running = Task.CompletedTask;
    private string _relayPath;
    private CancellationTokenSource? _attempt;
    private Task _cancelling = Task.CompletedTask;
    private volatile PublishLease? _lease;
    private volatile string _reason = "";
    private volatile bool _hasLostPatience;
    private int _state = (int)PullState.Connecting;
    private int _attempts;
    private long _bytes;
    private long _frames;
    private long _framesBefore;
    private TimeSpan _wantedAt;

    /// <summary>Makes a pull that does nothing yet.</summary>
    /// <param name="key">The stream's name here.</param>
    /// <param name="url">Its address at the origin.</param>
    /// <param name="relayPath">The gateways that the wish has come through, this one last.</param>
    /// <param name="onEnded">Called once when it is over.</param>
    /// <param name="services">The rest of the gateway.</param>
    /// <param name="logger">Where it is told.</param>
    public OriginPull(
        StreamKey key, RtmpTargetUrl url, string relayPath, Action<OriginPull> onEnded, PullServices services, ILogger logger)
    {
        (Key, _url, _relayPath, _onEnded, _services, _logger) = (key, url, relayPath, onEnded, services, logger);
        _detours = new Detours(url);
        StartedAt = services.Clock.Now;
    }

    /// <summary>The stream's name here.</summary>
    public StreamKey Key { get; }

    /// <summary>Its address at the origin, without user, password and key.</summary>
    public string ShownUrl => _url.Masked;

    /// <summary>Gateway time of its start.</summary>
    public TimeSpan StartedAt { get; }

    /// <summary>What it is doing.</summary>
    public PullState State => (PullState)Volatile.Read(ref _state);

    /// <summary>Whether the origin has said that there is no such stream.</summary>
    public bool IsStreamMissing { get; private set; }

    /// <summary>Why nothing comes, in words without secrets; empty when there is nothing to say.</summary>
    public string Reason => _reason;

    /// <summary>How often the origin was connected to.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Bytes received.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Frames received.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Completes when the pull is over.</summary>
    public Task Completion => _running;

    /// <inheritdoc/>
    public string Protocol => "relay";

    /// <summary>False: an origin sends keyframes when it has them.</summary>
    public bool AnswersKeyframeRequests => false;

    /// <inheritdoc/>
    public bool GivesWay => true;

    /// <summary>Begins. Once.</summary>
    public void Start() => _running = Task.Run(() => _services.Metrics.Resources.RunAsync(ResourceKind.Pull, RunAsync));

    /// <summary>Asks it to end; returns at once.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>
    /// Another gateway's wish waits for this pull too. As long as the origin has sent nothing it is asked anew, with the gateways that this
    /// wish has come through as well: two that ask each other for what neither has find each other in the path and do not wait in vain.
    /// Returns at once.
    /// </summary>
    /// <param name="path">The gateways that the wish has come through.</param>
    public void Join(string path)
    {
        lock (_joining)
        {
            string joined = RelayPath.Join(path, _relayPath);
            if (_lease is null && joined.Length > _relayPath.Length)
            {
                _relayPath = joined;
                _cancelling = _attempt?.CancelAsync() ?? Task.CompletedTask;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Origins are not asked: the cached group that they send first begins with a keyframe.</summary>
    public void RequestKeyframe()
    {
    }

    /// <inheritdoc/>
    public void End(SessionEndReason reason, string detail)
    {
        _reason = detail;
        Stop();
    }

    /// <summary>Claims the name for what the origin sends. The connection calls it, once.</summary>
    internal PublishLease? Publish(out string? refusal)
    {
        PublishLease? lease = _services.Registry.TryPublish(Key, ExpectedTracks.AudioAndVideo, this, out refusal);
        if (lease is not null)
        {
            _wantedAt = _services.Clock.Now;
            _framesBefore = Frames;
            lock (_joining)
            {
                _lease = lease;
            }

            Set(PullState.Pulling, "");
            _logger.PullPublishing(Key, ShownUrl);
        }

        return lease;
    }

    /// <summary>Bytes have come.</summary>
    internal void NoteBytes(long count) => Interlocked.Add(ref _bytes, count);

    /// <summary>So many frames have come over this connection.</summary>
    internal void NoteFrames(long count) => Volatile.Write(ref _frames, _framesBefore + count);

    private async Task RunAsync()
    {
        _logger.PullStarted(Key, ShownUrl);
        try
        {
            await using ITimer watch = _services.Time.CreateTimer(static state => ((OriginPull)state!).Watch(), this, WatchInterval, WatchInterval);
            while (await PullAsync())
            {
                // As long as there is a reason to.
            }
        }
        catch (OperationCanceledException)
        {
            // While it waited to try again.
        }
        catch (Exception exception)
        {
            // The one place where a fault of ours ends one pull and nothing else.
            _logger.PullFault(exception, Key);
            Fail("A fault of the gateway; see its log.");
        }

        await FinishAsync();
    }

    /// <summary>Connects once; false when the pull is over.</summary>
    private async Task<bool> PullAsync()
    {
        _stop.Token.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _attempts);
        PullOutcome outcome = await ConnectAsync();
        string words = _url.WithoutSecrets(outcome.Text, _url.StreamName.Contains('?', StringComparison.Ordinal));
        switch (outcome.End)
        {
            case PullEnd.Redirected when _detours.Follow(outcome.Text):
            case PullEnd.AuthorizationNeeded when _detours.Answer(outcome.Text):
                return true;
            case PullEnd.Stopped when !_stop.IsCancellationRequested:
                _lease?.End(StreamEndReason.PublisherLost); // It has come just when it was asked for anew.
                return true;
            case PullEnd.StreamEnded when _lease is not null:
                _lease.End(StreamEndReason.Unpublished);
                return false;
            case PullEnd.Stopped or PullEnd.NameTaken:
                _reason = outcome.End == PullEnd.NameTaken ? words : _reason;
                return false;
            case PullEnd.StreamNotFound when _lease is null:
                IsStreamMissing = true;
                Fail(words is "" or NotFound ? NotFound : $"{NotFound[..^1]}: {words}");
                return false;
            case PullEnd.Refused when _lease is null:
                Fail(words);
                return false;
            case PullEnd.Redirected:
                return await WaitAsync("The origin redirects too often, or to an address that cannot be used.");
            case PullEnd.AuthorizationNeeded:
                return await WaitAsync("The origin does not accept user and password.");
            default:
                return await WaitAsync(words);
        }
    }

    private const string NotFound = "There is no such stream.";

    private async Task<PullOutcome> ConnectAsync()
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        string path;
        lock (_joining)
        {
            (_attempt, path) = (attempt, _relayPath);
        }

        try
        {
            await using Stream transport = await _services.Dialer.DialAsync(_detours.Url, isTrusted: _detours.IsNone, attempt.Token);
            using IDisposable held = _services.Metrics.Resources.Hold(ResourceKind.OutgoingConnection);
            RtmpClientOptions options = RtmpClientOptions.ForPlaying with { RelayPath = path };
            using var session = new RtmpClientSession(
                _detours.Url, _detours.Authorization, options, _services.Buffers, Random.Shared, _services.Clock.Now);
            return await new OriginConnection(transport, session, this, _services).RunAsync(attempt.Token);
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested)
        {
            return new PullOutcome(PullEnd.Stopped);
        }
        catch (PushTargetException exception)
        {
            return new PullOutcome(
                exception.IsPermanent ? PullEnd.Refused : PullEnd.Lost, exception.Message.Replace("target", "origin", StringComparison.Ordinal));
        }
        finally
        {
            Task cancelling;
            lock (_joining)
            {
                (_attempt, cancelling) = (null, _cancelling);
            }

            await cancelling;
        }
    }

    /// <summary>The origin was lost: its viewers are kept as those of any lost publisher, and it is tried again meanwhile.</summary>
    private async Task<bool> WaitAsync(string reason)
    {
        _detours.Forget();
        _lease?.End(StreamEndReason.PublisherLost);
        TimeSpan wait = _policy.Next();
        Set(PullState.WaitingToRetry, reason);
        _logger.PullRetried(Key, ShownUrl, wait.TotalSeconds, reason);
        await Task.Delay(wait, _services.Time, _stop.Token);
        return true;
    }

    /// <summary>Ends the pull when there is no more reason for it. On the timer.</summary>
    private void Watch()
    {
        TimeSpan now = _services.Clock.Now;
        if (_lease is not { } lease)
        {
            if (now - StartedAt >= _services.Options.Patience)
            {
                _hasLostPatience = true;
                Stop();
            }

            return;
        }

        bool isWanted = lease.Stream.IsWanted;
        _wantedAt = isWanted ? now : _wantedAt;
        if ((!isWanted && now - _wantedAt >= _services.Options.IdleTime) || lease.Stream.State == StreamState.Ended)
        {
            Stop();
        }
    }

    private async Task FinishAsync()
    {
        if (_lease is { } lease)
        {
            lease.End(StreamEndReason.Unpublished);
            lease.Abandon(StreamEndReason.Unpublished);
        }

        else if (_hasLostPatience)
        {
            Fail(_reason.Length > 0 ? _reason : "The origin sends nothing of the stream.");
        }

        if (State != PullState.Failed)
        {
            Set(PullState.Ended, _reason);
        }

        string reason = _reason.Length > 0 ? _reason : _stop.IsCancellationRequested ? "Nobody watches, or it was stopped" : "The origin has ended it";
        _logger.PullEnded(Key, ShownUrl, reason, (_services.Clock.Now - StartedAt).TotalSeconds, Bytes, Frames);
        if (State == PullState.Failed)
        {
            await Task.Delay(FailureMemory, _services.Time);
            _services.Registry.GiveUp(Key, _reason); // Once more, for who asked before the failure and waited after it.
        }

        _onEnded(this);
    }

    private void Fail(string words)
    {
        Set(PullState.Failed, words);
        _services.Registry.GiveUp(Key, words);
    }

    private void Set(PullState state, string reason)
    {
        _reason = reason;
        Volatile.Write(ref _state, (int)state);
    }
}
