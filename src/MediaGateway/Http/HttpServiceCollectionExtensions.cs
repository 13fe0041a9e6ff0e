namespace MediaGateway.Http;

/// <summary>Registers what the servers that speak HTTP share.</summary>
internal static class HttpServiceCollectionExtensions
{
    /// <summary>Adds <see cref="HttpClients"/> and <see cref="HttpViewers"/>.</summary>
    public static IServiceCollection AddHttpViewers(this IServiceCollection services) =>
        services.AddSingleton<HttpClients>().AddSingleton<HttpViewers>();
}
