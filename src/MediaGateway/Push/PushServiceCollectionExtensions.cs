using System.Net;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Push;

/// <summary>Registers republishing to other RTMP servers.</summary>
internal static class PushServiceCollectionExtensions
{
    /// <summary>Adds <see cref="PushService"/> and what it stands on, besides streams, sessions and diagnostics.</summary>
    public static IServiceCollection AddPush(this IServiceCollection services)
    {
        services.AddSingleton(provider => new PushDialer(
            provider.GetRequiredService<IOptions<PushOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            Dns.GetHostAddressesAsync));
        services.AddSingleton(provider => new PushServices(
            provider.GetRequiredService<IOptions<PushOptions>>().Value,
            provider.GetRequiredService<StreamRegistry>(),
            provider.GetRequiredService<SessionDirectory>(),
            provider.GetRequiredService<GatewayIdentity>(),
            provider.GetRequiredService<PushDialer>(),
            provider.GetRequiredService<BufferPool>(),
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<GatewayMetrics>()));
        services.AddSingleton<PushService>();
        services.AddHostedService(provider => provider.GetRequiredService<PushService>());
        return services;
    }
}
