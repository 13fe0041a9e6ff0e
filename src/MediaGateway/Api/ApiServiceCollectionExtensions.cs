namespace MediaGateway.Api;

/// <summary>Registers the interface for operators.</summary>
internal static class ApiServiceCollectionExtensions
{
    /// <summary>Adds what the calls stand on, besides streams, sessions, pushes and diagnostics.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddSingleton<OperatorApi>();
        services.AddSingleton<FailureLimiter>();
        services.AddSingleton<ApiProtection>();
        return services;
    }
}
