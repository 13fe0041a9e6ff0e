using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>Registers the hub: streams, their cache, their audio bridges.</summary>
internal static class StreamsServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="StreamRegistry"/> and the audio workers. Stands on
    /// <see cref="DiagnosticsServiceCollectionExtensions.AddDiagnostics"/>, <see cref="StreamOptions"/>, <see cref="AudioOptions"/> and an
    /// <see cref="Media.Frames.IAudioTranscoderFactory"/>.
    /// </summary>
    public static IServiceCollection AddStreams(this IServiceCollection services)
    {
        services.AddSingleton<AudioWorkerPool>();
        services.AddSingleton(provider => new StreamServices(
            provider.GetRequiredService<IOptions<StreamOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<GatewayMetrics>(),
            provider.GetRequiredService<AudioWorkerPool>()));
        services.AddSingleton<StreamRegistry>();
        services.TryAddSingleton<IVideoRenditions, NoVideoRenditions>();
        services.AddHostedService(provider => provider.GetRequiredService<AudioWorkerPool>());
        services.AddHostedService<StreamShutdown>();
        return services;
    }
}
