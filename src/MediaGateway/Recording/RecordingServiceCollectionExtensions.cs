using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Vod;
using Microsoft.Extensions.Options;

namespace MediaGateway.Recording;

/// <summary>Registers recording.</summary>
internal static class RecordingServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="RecordingService"/> and what it stands on, besides streams, sessions and diagnostics; and the folder of recordings to
    /// those that <see cref="VodCatalog"/> plays from.
    /// </summary>
    public static IServiceCollection AddRecording(this IServiceCollection services)
    {
        services.AddSingleton<RecordingCatalog>();
        services.AddSingleton<RecordingDisk>();
        services.AddSingleton<RecordingWriters>();
        services.AddSingleton(provider => new RecordingKeeper(
            provider.GetRequiredService<RecordingCatalog>(),
            provider.GetRequiredService<RecordingDisk>(),
            [.. provider.GetServices<IRecordingListener>()],
            provider.GetRequiredService<IOptions<RecordingOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RecordingKeeper>>()));
        services.AddSingleton(provider => new RecordingServices(
            provider.GetRequiredService<IOptions<RecordingOptions>>().Value,
            provider.GetRequiredService<RecordingCatalog>(),
            provider.GetRequiredService<RecordingDisk>(),
            provider.GetRequiredService<RecordingWriters>(),
            [.. provider.GetServices<IRecordingListener>()],
            provider.GetRequiredService<BufferPool>(),
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<GatewayMetrics>(),
            provider.GetRequiredService<ILogger<StreamRecording>>()));

        // The directory of sessions holds its listeners, of which this is one: it is asked for when it is needed.
        services.AddSingleton(provider => new RecordingService(
            provider.GetRequiredService<RecordingServices>(),
            provider.GetRequiredService<RecordingCatalog>(),
            provider.GetRequiredService<StreamRegistry>(),
            provider.GetRequiredService<StreamFinder>(),
            provider.GetRequiredService<IOptions<ApplicationsOptions>>().Value,
            provider.GetRequiredService<SessionDirectory>,
            provider.GetRequiredService<ILogger<RecordingService>>()));
        services.AddSingleton<ISessionListener>(provider => provider.GetRequiredService<RecordingService>());
        services.AddSingleton(provider => RootOf(
            provider.GetRequiredService<RecordingCatalog>(), provider.GetRequiredService<IOptions<RecordingOptions>>().Value));
        services.AddHostedService(provider => provider.GetRequiredService<RecordingWriters>());
        services.AddHostedService(provider => provider.GetRequiredService<RecordingService>());
        services.AddHostedService(provider => provider.GetRequiredService<RecordingKeeper>());
        return services;
    }

    private static VodRoot RootOf(RecordingCatalog catalog, RecordingOptions options) =>
        catalog.Root is { } root && options.Application.Length > 0 ? new VodRoot([options.Application], root, catalog.IsWritten) : new VodRoot([], "");
}
