using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using Microsoft.Extensions.Options;

namespace MediaGateway.Authorization;

/// <summary>Registers access control.</summary>
internal static class AuthorizationServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IAccessControl"/>: tokens, when there are secrets in the settings, then hooks, when a style is set; else
    /// everybody may do everything. None of them is asked while memory is near its limit.
    /// </summary>
    public static IServiceCollection AddAccessControl(this IServiceCollection services)
    {
        services.AddSingleton<TokenReader>();
        services.AddSingleton<TokenAccess>();
        return services.AddSingleton(Make);
    }

    private static IAccessControl Make(IServiceProvider provider)
    {
        List<IAccessControl> links = [];
        if (provider.GetRequiredService<IOptions<TokenOptions>>().Value.Secrets.Count > 0)
        {
            links.Add(provider.GetRequiredService<TokenAccess>());
        }

        if (provider.GetService<IHookStyle>() is { } hooks)
        {
            links.Add(hooks);
        }

        IAccessControl access = links switch
        {
            [] => new OpenAccess(),
            [var only] => only,
            _ => new ChainedAccess(links),
        };
        return new MemoryAccess(access, provider.GetRequiredService<MemoryPressure>(), provider.GetRequiredService<GatewayMetrics>());
    }
}
