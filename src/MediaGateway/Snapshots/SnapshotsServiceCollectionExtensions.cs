namespace MediaGateway.Snapshots;

/// <summary>Registers pictures of live streams.</summary>
internal static class SnapshotsServiceCollectionExtensions
{
    /// <summary>Adds <see cref="SnapshotService"/>, besides streams, diagnostics and access control.</summary>
    public static IServiceCollection AddSnapshots(this IServiceCollection services) => services.AddSingleton<SnapshotService>();
}
