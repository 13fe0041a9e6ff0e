using System.Collections.Concurrent;
using System.Threading.Channels;
using MediaGateway.Configuration;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>
/// Every push: those that the API has begun, and those of the settings, which begin whenever a stream that fits is published and end with
/// it. Any thread.
/// </summary>
internal sealed class PushService(PushServices services, ILogger<PushService> logger) : BackgroundService
{
    /// <summary>Streams that begin and have not been looked at; more are not looked at, as there are no more pushes to be had.</summary>
    private const int MaximumNotices = 10_000;

    private readonly Lock _starting = new();
    private readonly Channel<StreamKey> _published = Channel.CreateBounded<StreamKey>(
        new BoundedChannelOptions(MaximumNotices) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly ConcurrentDictionary<string, StreamPush> _pushes = new(StringComparer.Ordinal);

    /// <summary>Those that were told to end and are saying their last words.</summary>
    private readonly ConcurrentDictionary<string, StreamPush> _ending = new(StringComparer.Ordinal);

    /// <summary>The pushes of this moment, failed ones included.</summary>
    public IReadOnlyCollection<StreamPush> Pushes => [.. _pushes.Values];

    /// <summary>The push of that id, or null.</summary>
    public StreamPush? Find(string id) => _pushes.GetValueOrDefault(id);

    /// <summary>Begins a push, whether or not its stream is being published.</summary>
    /// <param name="target">What to push where.</param>
    /// <param name="push">The push; when it is a duplicate, the one that is there already.</param>
    public PushStart Start(PushTarget target, out StreamPush? push) => Start(target, endsWithStream: false, out push);

    /// <summary>Ends a push and forgets it; returns at once.</summary>
    public void Stop(StreamPush push)
    {
        _ending[push.Id] = push;
        if (_pushes.TryRemove(KeyValuePair.Create(push.Id, push)))
        {
            push.Stop();
        }

        if (push.Completion.IsCompleted)
        {
            _ending.TryRemove(push.Id, out _);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        StreamPush[] pushes = [.. _pushes.Values, .. _ending.Values];
        foreach (StreamPush push in pushes)
        {
            push.Stop();
        }

        await Task.WhenAll(pushes.Select(push => push.Completion)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        PushPattern[] patterns = [.. Patterns()];
        if (patterns.Length == 0)
        {
            return;
        }

        using IDisposable notices = services.Registry.NotifyPublished(stream => _published.Writer.TryWrite(stream.Key));
        foreach (LiveStream stream in services.Registry.Streams)
        {
            _published.Writer.TryWrite(stream.Key);
        }

        await foreach (StreamKey key in _published.Reader.ReadAllAsync(stoppingToken))
        {
            foreach (PushPattern pattern in patterns)
            {
                if (pattern.Fits(key) && services.Registry.Find(key) is not null)
                {
                    Begin(pattern, key);
                }
            }
        }
    }

    private IEnumerable<PushPattern> Patterns()
    {
        foreach (PushTargetOptions options in services.Options.Targets)
        {
            if (PushPattern.TryCreate(options, out PushPattern? pattern, out _))
            {
                yield return pattern; // the settings were checked at the start
            }
        }
    }

    private void OnEnded(StreamPush push)
    {
        _ending.TryRemove(push.Id, out _);
        if (push.State == PushState.Failed)
        {
            return; // It stays to be seen.
        }

        _pushes.TryRemove(KeyValuePair.Create(push.Id, push));
        if (push.EndsWithStream)
        {
            // The stream may have been published again while its push was ending: then nobody else would begin it.
            _published.Writer.TryWrite(push.Target.Stream);
        }
    }

    private void Begin(PushPattern pattern, StreamKey key)
    {
        if (pattern.TargetFor(key, out string? refusal) is not { } target)
        {
            logger.PushNotBegun(key, refusal ?? "");
            return;
        }

        if (Start(target, endsWithStream: true, out _) == PushStart.TooMany)
        {
            logger.PushNotBegun(key, $"{services.Options.MaximumPushes} pushes are running already");
        }
    }

    private PushStart Start(PushTarget target, bool endsWithStream, out StreamPush? push)
    {
        lock (_starting)
        {
            push = _pushes.Values.FirstOrDefault(other => other.Target.IsSameAs(target) && other.State != PushState.Stopped);
            if (push is not null)
            {
                return PushStart.Duplicate;
            }

            if (_pushes.Count >= services.Options.MaximumPushes)
            {
                return PushStart.TooMany;
            }

            push = new StreamPush(target, endsWithStream, OnEnded, services, logger);
            _pushes[push.Id] = push;
        }

        push.Start();
        return PushStart.Started;
    }
}
