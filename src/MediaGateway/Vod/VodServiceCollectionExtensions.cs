using MediaGateway.Configuration;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Vod;

/// <summary>Registers what plays files.</summary>
internal static class VodServiceCollectionExtensions
{
    private const string DefaultApplication = "vod";

    /// <summary>Adds the catalogue and the root of the settings. Further roots are further singletons of <see cref="VodRoot"/>.</summary>
    public static IServiceCollection AddVod(this IServiceCollection services)
    {
        services.AddSingleton(provider => RootOf(provider.GetRequiredService<IOptions<VodOptions>>().Value));
        services.AddSingleton<VodCatalog>();
        services.AddSingleton<RecordedSets>();
        services.AddSingleton<VodPump>();
        services.AddSingleton<VodStreams>();
        services.AddSingleton<IStreamSource>(provider => provider.GetRequiredService<VodStreams>());
        return services;
    }

    private static VodRoot RootOf(VodOptions options) =>
        options.Root is not { Length: > 0 } root ? new VodRoot([], "") : new VodRoot(
            options.Applications.Count == 0 ? [DefaultApplication] : [.. options.Applications], Path.GetFullPath(root, AppContext.BaseDirectory));
}
