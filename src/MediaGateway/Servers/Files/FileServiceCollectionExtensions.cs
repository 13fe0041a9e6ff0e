namespace MediaGateway.Servers.Files;

/// <summary>Registers the serving of files as they are.</summary>
internal static class FileServiceCollectionExtensions
{
    /// <summary>Adds what <see cref="FileEndpoints.MapFiles"/> maps to.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services) => services.AddSingleton<FileDownload>();
}
