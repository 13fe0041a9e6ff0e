namespace MediaGateway.Servers.Smil;

/// <summary>Registers the manifests of dynamic streaming.</summary>
internal static class SmilServiceCollectionExtensions
{
    /// <summary>Registers what the manifests need. Stands on the streams' ladders and the relay's nodes.</summary>
    public static IServiceCollection AddSmil(this IServiceCollection services)
    {
        services.AddSingleton<SmilBase>();
        services.AddSingleton<SmilSources>();
        return services;
    }
}
