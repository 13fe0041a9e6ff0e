namespace MediaGateway.Load;

/// <summary>Many publishers of the same media, each of a stream of its own.</summary>
/// <param name="settings">How many, to where, how long.</param>
/// <param name="media">What they send.</param>
/// <param name="services">The time that paces them, and memory.</param>
internal sealed class LoadPublish(LoadSettings settings, LoadMedia media, LoadServices services)
{
    private readonly LoadSessions _sessions = new(settings);
    private readonly List<LoadPublisher> _publishers = [];

    /// <summary>Runs, and says what it has done.</summary>
    /// <exception cref="LoadException">Something the user has to put right.</exception>
    public async Task<LoadPublishReport> RunAsync(CancellationToken cancellation)
    {
        if (settings is { Sessions: > 1, HasNumber: false })
        {
            throw new LoadException("Several publishers need several streams: put {n} into the address, as in rtmp://host/live/load{n}.");
        }

        var server = LoadServer.Of(settings.Process);
        using var stop = new CancellationTokenSource();
        using (cancellation.Register(stop.Cancel)) // Later sessions are counted before they are told.
        {
            await _sessions.StartAsync(number => Start(number, stop.Token), cancellation);
        }

        server?.Begin();
        long began = services.Timestamp;
        await services.MeasureAsync(settings.Length, cancellation);
        double seconds = services.Time.GetElapsedTime(began).TotalSeconds;
        LoadServerReport? taken = server?.End(settings.Sessions, seconds);
        int publishing = _sessions.Running;
        await stop.CancelAsync();
        await _sessions.EndAsync();
        return new LoadPublishReport(
            settings.Sessions,
            publishing,
            _sessions.Failures,
            Math.Round(seconds, 2),
            _publishers.Sum(publisher => publisher.Pictures),
            Math.Round(_publishers.Sum(publisher => publisher.Bytes) * 8 / seconds / 1e6, 2),
            Math.Round(_publishers.Max(publisher => publisher.Latest).TotalMilliseconds, 1),
            taken);
    }

    private (Task Begun, Task<string?> Ended) Start(int number, CancellationToken cancellation)
    {
        var publisher = new LoadPublisher(settings.Target(number + 1), media, services);
        _publishers.Add(publisher);
        return (publisher.Published.Task, publisher.RunAsync(cancellation));
    }
}
