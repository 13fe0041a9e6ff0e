namespace MediaGateway.Servers.Hls;

/// <summary>Looks every second for players and streams that nobody asks for any more, and ends everything with the gateway.</summary>
internal sealed class HlsKeeper(HlsStreams streams, HlsViewers viewers, HlsServices services, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the web server waits for the requests that wait here.
        await using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() => _ = streams.CloseAsync());
        using var timer = new PeriodicTimer(Interval, services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                viewers.Sweep();
                await streams.SweepAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to.
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        viewers.Close();
        await streams.CloseAsync();
    }
}
