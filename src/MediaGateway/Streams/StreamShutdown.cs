using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>Asks every publisher to end as soon as the gateway begins to stop, so that players are told before connections are cut.</summary>
internal sealed class StreamShutdown(StreamRegistry registry, IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private CancellationTokenRegistration _registration;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = lifetime.ApplicationStopping.Register(
            () => registry.EndAll(SessionEndReason.ServerShutdown, "The gateway is shutting down"));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();
}
