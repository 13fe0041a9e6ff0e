using System.Collections.Concurrent;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Relay;

/// <summary>
/// Brings streams that nobody publishes here from their origins, each by one <see cref="OriginPull"/>. A failed pull answers for its name for
/// another second. Any thread.
/// </summary>
internal sealed class OriginPulls(PullServices services, ILogger<OriginPulls> logger) : IStreamSource, IHostedService
{
    /// <summary>So much longer do viewers wait than a pull tries, to hear from it why nothing came.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly OriginTable _origins = new(services.Options);
    private readonly Lock _starting = new();
    private readonly ConcurrentDictionary<StreamKey, OriginPull> _pulls = new();
    private bool _isStopping;

    /// <summary>The pulls of this moment, those that have just failed included.</summary>
    public IReadOnlyCollection<OriginPull> Pulls => [.. _pulls.Values];

    /// <inheritdoc/>
    public StreamSearch Find(in StreamQuery query)
    {
        if (_origins.Find(query.Key) is not { } url)
        {
            return default;
        }

        OriginPull pull;
        lock (_starting)
        {
            if (_pulls.TryGetValue(query.Key, out OriginPull? running))
            {
                if (query.RelayPath is { } itsWay)
                {
                    running.Join(itsWay);
                }

                return AnswerOf(running);
            }

            if (_isStopping || _pulls.Count >= services.Options.MaximumPulls)
            {
                logger.PullNotBegun(query.Key, services.Options.MaximumPulls);
                return StreamSearch.Refused("This server relays as many streams as it may.");
            }

            string path = RelayPath.Append(query.RelayPath, services.Identity.NodeId);
            pull = new OriginPull(query.Key, url, path, OnEnded, services, logger);
            _pulls[query.Key] = pull;
        }

        pull.Start();
        return StreamSearch.Coming(services.Options.Patience + Margin);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_starting)
        {
            _isStopping = true;
        }

        OriginPull[] pulls = [.. _pulls.Values];
        foreach (OriginPull pull in pulls)
        {
            pull.Stop();
        }

        await Task.WhenAll(pulls.Select(pull => pull.Completion)).WaitAsync(cancellationToken);
    }

    private StreamSearch AnswerOf(OriginPull pull)
    {
        if (pull.State != PullState.Failed)
        {
            return StreamSearch.Coming(services.Options.Patience + Margin);
        }

        return pull.IsStreamMissing ? default : StreamSearch.Refused(pull.Reason);
    }

    private void OnEnded(OriginPull pull) => _pulls.TryRemove(KeyValuePair.Create(pull.Key, pull));
}
