namespace MediaGateway.Authorization;

/// <summary>Registers access control.</summary>
internal static class AuthorizationServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IAccessControl"/>.</summary>
    public static IServiceCollection AddAccessControl(this IServiceCollection services) => services.AddSingleton<IAccessControl, OpenAccess>();
}
