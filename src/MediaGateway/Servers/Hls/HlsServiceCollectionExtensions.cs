using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Hls;

/// <summary>Registers HLS.</summary>
internal static class HlsServiceCollectionExtensions
{
    /// <summary>Adds what <see cref="HlsEndpoints.MapHls"/> maps to.</summary>
    public static IServiceCollection AddHls(this IServiceCollection services) => services
        .AddSingleton<HlsWaits>()
        .AddSingleton(provider => new HlsServices(
            provider.GetRequiredService<IOptions<HlsOptions>>().Value,
            provider.GetRequiredService<BufferPool>(),
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ResourceLedger>(),
            provider.GetRequiredService<HlsWaits>(),
            provider.GetRequiredService<ILogger<HlsMuxer>>()))
        .AddSingleton<HlsStreams>()
        .AddSingleton<HlsViewers>()
        .AddSingleton<HlsPlaylists>()
        .AddSingleton<HlsSegments>()
        .AddSingleton<HlsFileMuxer>()
        .AddSingleton<HlsFiles>()
        .AddHostedService<HlsKeeper>();
}
