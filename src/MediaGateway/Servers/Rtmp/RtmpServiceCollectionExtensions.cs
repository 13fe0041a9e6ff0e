using MediaGateway.Configuration;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.Tunnel;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Rtmp;

/// <summary>Registers the RTMP server.</summary>
internal static class RtmpServiceCollectionExtensions
{
    /// <summary>
    /// Adds what the listeners of <see cref="RtmpListeners"/> need, besides the certificate of those with TLS.
    /// </summary>
    public static IServiceCollection AddRtmpServer(this IServiceCollection services)
    {
        services.AddSingleton(provider => RtmpServerOptions.From(
            provider.GetRequiredService<IOptions<RtmpOptions>>().Value,
            provider.GetRequiredService<IOptions<StreamOptions>>().Value,
            provider.GetRequiredService<IOptions<VodOptions>>().Value));
        services.AddSingleton(provider => provider.GetRequiredService<RtmpServerOptions>().FanOut);
        services.AddOpenFileLimit();
        services.AddSingleton(provider => new RtmpConnectionLimiter(
            provider.GetRequiredService<OpenFileLimit>().Rtmp, provider.GetRequiredService<RtmpServerOptions>().MaximumIdleConnectionsPerAddress));
        services.AddSingleton<FanOutWorkers>();
        services.AddSingleton<RefusalReport>();
        services.AddSingleton<RtmpRedirects>();
        services.AddSingleton<RtmpFileServices>();
        services.AddSingleton<RtmpServices>();
        services.AddSingleton<RtmpSessions>();
        services.AddSingleton<RtmpConnectionHandler>();
        services.AddSingleton<TunnelSessions>();
        return services;
    }
}
