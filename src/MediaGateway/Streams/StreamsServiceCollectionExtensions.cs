using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Diagnostics.Export;
using MediaGateway.Streams.Ladders;
using MediaGateway.Streams.Renditions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>Registers the hub: streams, their cache, their audio bridges.</summary>
internal static class StreamsServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="StreamRegistry"/>, <see cref="StreamFinder"/>, the audio workers, the video workers with their transcoders, the renditions
    /// and the converted ingest. Stands on
    /// <see cref="DiagnosticsServiceCollectionExtensions.AddDiagnostics"/>, <see cref="StreamOptions"/>, <see cref="AudioOptions"/>,
    /// <see cref="VideoOptions"/>, <see cref="Media.Memory.BufferPool"/> and an <see cref="Media.Frames.IAudioTranscoderFactory"/>.
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
        services.AddSingleton<StreamFinder>();
        services.AddVideoTranscoders();
        services.AddSingleton<VideoWorkers>();
        services.AddSingleton<IVideoRenditions, VideoRenditions>();
        services.AddSingleton<VideoIngest>();
        services.AddVideoLadders();
        services.AddSingleton<LadderPlans>();
        services.AddSingleton<ConversionBudget>();
        services.AddSingleton<ConvertedLevels>();
        services.AddSingleton<IStreamSource>(provider => provider.GetRequiredService<ConvertedLevels>());
        services.AddSingleton<ILadder, LiveLadder>();
        services.AddHostedService(provider => provider.GetRequiredService<AudioWorkerPool>());
        services.AddHostedService(provider => provider.GetRequiredService<VideoWorkers>());
        services.AddHostedService<StreamShutdown>();
        services.AddHostedService<StreamMetrics>();
        return services;
    }
}
