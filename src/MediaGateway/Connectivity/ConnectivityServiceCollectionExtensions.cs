namespace MediaGateway.Connectivity;

/// <summary>Registers what clients are told about ways to the gateway.</summary>
internal static class ConnectivityServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IceServers"/>.</summary>
    public static IServiceCollection AddConnectivity(this IServiceCollection services) => services.AddSingleton<IceServers>();
}
