namespace MediaGateway.Load;

/// <summary>Many viewers: some are looked at closely, the others only take their bytes.</summary>
/// <param name="settings">How many, of what, how long.</param>
/// <param name="streams">Streams that they are spread over, where the address has a number.</param>
/// <param name="sample">Viewers that are looked at closely, spread over all.</param>
/// <param name="services">The time, and memory.</param>
internal sealed class LoadPlay(LoadSettings settings, int streams, int sample, LoadServices services)
{
    private const double BitsPerByte = 8;

    private readonly LoadSessions _sessions = new(settings);
    private readonly LoadWindow _window = new();
    private readonly List<LoadPlayer> _players = [];

    /// <summary>Runs, and says what it has seen.</summary>
    /// <exception cref="LoadException">Something the user has to put right.</exception>
    public async Task<LoadPlayReport> RunAsync(CancellationToken cancellation)
    {
        using var drain = new LoadDrain(services.Time);
        var server = LoadServer.Of(settings.Process);
        using var stop = new CancellationTokenSource();
        using (cancellation.Register(stop.Cancel)) // Later viewers are counted before they are told.
        {
            await _sessions.StartAsync(number => Start(number, drain, stop.Token), cancellation);
            await Task.Delay(settings.WarmUp, services.Time, cancellation);
        }

        drain.ResetLatest();
        long[] before = drain.Read().Bytes;
        server?.Begin();
        long began = services.Timestamp;
        _window.IsOpen = true;
        await services.MeasureAsync(settings.Length, cancellation);
        _window.IsOpen = false;
        double seconds = services.Time.GetElapsedTime(began).TotalSeconds;
        LoadServerReport? taken = server?.End(settings.Sessions, seconds);
        (long[] after, int lost) = drain.Read();
        double late = drain.Latest.TotalMilliseconds;
        int playing = _players.Count(player => player.IsPlaying) + after.Length - lost;
        await stop.CancelAsync();
        await _sessions.EndAsync();

        if (lost > 0)
        {
            _sessions.Fail("The connection was lost.", lost);
        }

        double[] bytes = [.. after.Zip(before, (end, start) => (double)(end - start)), .. _players.Select(player => (double)player.Bytes)];
        double median = bytes.Order().ElementAtOrDefault(bytes.Length / 2);
        return new LoadPlayReport(
            settings.Sessions,
            playing,
            _sessions.Failures,
            Math.Round(seconds, 2),
            Math.Round(bytes.Sum() * BitsPerByte / seconds / 1e6, 2),
            median > 0 ? Math.Round(bytes.Min() / median, 3) : 0,
            LoadTimes.Of(_players.Where(player => player.FirstPicture is not null).Select(player => player.FirstPicture!.Value)),
            LoadTimes.Of(_players.SelectMany(player => player.PictureDelays)),
            LoadTimes.Of(_players.SelectMany(player => player.SoundDelays)),
            _players.Sum(player => player.Pictures),
            _players.Sum(player => player.Missed),
            Math.Round(late, 1),
            taken);
    }

    private (Task Begun, Task<string?> Ended) Start(int number, LoadDrain drain, CancellationToken cancellation)
    {
        var player = new LoadPlayer(settings.Target(1 + (number % Math.Max(1, streams))), _window, services);

        // Of n viewers, those at equal distances: who comes early and who comes late is served alike or is not.
        bool isLookedAt = number * (long)sample / settings.Sessions != (number + 1) * (long)sample / settings.Sessions;
        if (isLookedAt)
        {
            _players.Add(player);
        }

        return (player.Begun.Task, player.RunAsync(isLookedAt ? null : drain.Add, cancellation));
    }
}
