using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>Registers the hub: streams, their cache, their audio bridges.</summary>
internal static class StreamsServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="StreamRegistry"/> and what it stands on: memory, clock and figures. The caller registers
    /// <see cref="Media.Frames.IAudioTranscoderFactory"/>.
    /// </summary>
    public static IServiceCollection AddStreams(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BufferPool>();
        services.AddSingleton<GatewayClock>();
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<AudioWorkerPool>();
        services.AddSingleton(provider => new StreamServices(
            provider.GetRequiredService<IOptions<StreamOptions>>().Value,
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<GatewayMetrics>(),
            provider.GetRequiredService<AudioWorkerPool>()));
        services.AddSingleton<StreamRegistry>();
        services.AddHostedService(provider => provider.GetRequiredService<AudioWorkerPool>());
        services.AddHostedService<StreamShutdown>();
        return services;
    }
}
