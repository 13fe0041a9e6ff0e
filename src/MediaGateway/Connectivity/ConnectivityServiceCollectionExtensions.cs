namespace MediaGateway.Connectivity;

/// <summary>Registers what clients are told about ways to the gateway, and how the gateway finds them out.</summary>
internal static class ConnectivityServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IceServers"/> and <see cref="PublicAddresses"/>.</summary>
    public static IServiceCollection AddConnectivity(this IServiceCollection services) => services
        .AddSingleton<IceServers>()
        .AddSingleton<PublicAddresses>()
        .AddHostedService(provider => provider.GetRequiredService<PublicAddresses>());
}
