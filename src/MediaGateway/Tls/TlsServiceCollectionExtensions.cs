namespace MediaGateway.Tls;

/// <summary>Registers the certificate of the TLS ports.</summary>
internal static class TlsServiceCollectionExtensions
{
    /// <summary>Adds <see cref="ServerCertificate"/>.</summary>
    public static IServiceCollection AddServerCertificate(this IServiceCollection services) => services.AddSingleton<ServerCertificate>();
}
