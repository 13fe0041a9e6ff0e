using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Relay;

/// <summary>Registers what makes several gateways one.</summary>
internal static class RelayServiceCollectionExtensions
{
    /// <summary>Adds <see cref="NodeChooser"/>, from which RTMP redirects and SMIL manifests take the node of a viewer.</summary>
    public static IServiceCollection AddNodes(this IServiceCollection services) => services.AddSingleton<NodeChooser>();

    /// <summary>Adds the nodes and the pulls from origins, besides streams, sessions, pushes and diagnostics.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services)
    {
        services.AddNodes();
        services.AddSingleton(provider => new PullServices(
            provider.GetRequiredService<IOptions<RelayOptions>>().Value,
            provider.GetRequiredService<StreamRegistry>(),
            provider.GetRequiredService<GatewayIdentity>(),
            provider.GetRequiredService<PushDialer>(),
            provider.GetRequiredService<BufferPool>(),
            provider.GetRequiredService<GatewayClock>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<GatewayMetrics>()));
        services.AddSingleton<OriginPulls>();
        services.AddSingleton<IStreamSource>(provider => provider.GetRequiredService<OriginPulls>());
        services.AddHostedService(provider => provider.GetRequiredService<OriginPulls>());
        return services;
    }
}
