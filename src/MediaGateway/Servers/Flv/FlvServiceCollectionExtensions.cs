using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Flv;

/// <summary>Registers HTTP-FLV and WebSocket-FLV.</summary>
internal static class FlvServiceCollectionExtensions
{
    /// <summary>Adds what <see cref="FlvEndpoints.MapFlv"/> maps to.</summary>
    public static IServiceCollection AddFlv(this IServiceCollection services) => services
        .AddSingleton(provider => new FlvServices(
            provider.GetRequiredService<IOptions<RtmpOptions>>().Value,
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<GatewayMetrics>()))
        .AddSingleton<FlvOpening>();
}
