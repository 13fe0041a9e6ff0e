namespace MediaGateway.Sessions;

/// <summary>Registers the directory of sessions.</summary>
internal static class SessionsServiceCollectionExtensions
{
    /// <summary>Adds <see cref="SessionDirectory"/> and <see cref="GatewayIdentity"/>; every registered <see cref="ISessionListener"/> hears of changes.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services) =>
        services.AddSingleton<SessionDirectory>().AddSingleton<GatewayIdentity>();
}
