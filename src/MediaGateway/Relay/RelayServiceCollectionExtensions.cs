namespace MediaGateway.Relay;

/// <summary>Registers what makes several gateways one.</summary>
internal static class RelayServiceCollectionExtensions
{
    /// <summary>Adds <see cref="NodeChooser"/>, from which RTMP redirects and SMIL manifests take the node of a viewer.</summary>
    public static IServiceCollection AddNodes(this IServiceCollection services) => services.AddSingleton<NodeChooser>();

    /// <summary>Adds the nodes and the pulls from origins, besides streams, sessions, pushes and diagnostics.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services) => services.AddNodes();
}
