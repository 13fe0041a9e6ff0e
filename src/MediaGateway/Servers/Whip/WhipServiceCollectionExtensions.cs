namespace MediaGateway.Servers.Whip;

/// <summary>Registers WHIP and WHEP.</summary>
internal static class WhipServiceCollectionExtensions
{
    /// <summary>Adds what <see cref="WhipEndpoints.MapWhip"/> maps to.</summary>
    public static IServiceCollection AddWhip(this IServiceCollection services) => services
        .AddSingleton<WhipHeaders>()
        .AddSingleton<RequestLimiter>()
        .AddSingleton<WhipSessions>()
        .AddSingleton<WhipBody>()
        .AddSingleton<WhipOpening>()
        .AddSingleton<WhipResource>();
}
