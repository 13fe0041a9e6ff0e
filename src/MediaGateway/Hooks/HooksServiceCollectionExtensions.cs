using MediaGateway.Configuration;
using MediaGateway.Recording;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>Registers the hooks.</summary>
internal static class HooksServiceCollectionExtensions
{
    /// <summary>
    /// Adds the style that <c>Hooks:Style</c> names, as <see cref="IHookStyle"/> for access control and as a listener of the sessions;
    /// without one, only a <see cref="PageHooks"/> that asks nobody.
    /// </summary>
    public static IServiceCollection AddHooks(this IServiceCollection services, IConfiguration configuration)
    {
        string style = configuration[$"{HookOptions.Section}:{nameof(HookOptions.Style)}"] ?? new HookOptions().Style;
        if (HookMethods.Of(style).Count == 0)
        {
            return services.AddSingleton(new PageHooks(null, null));
        }

        services.AddSingleton<HookBackend>();
        services.AddSingleton<HookClient>();
        services.AddSingleton<HookGate>();
        services.AddSingleton<HookNode>();
        services.AddSingleton<HookEventQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<HookEventQueue>());
        services.AddSingleton<ISessionListener, HookListener>();
        services.AddSingleton<IRecordingListener, HookRecordings>();
        switch (style)
        {
            case "wcs":
                services.AddSingleton<WcsBodies>();
                services.AddSingleton<WcsHooks>();
                services.AddSingleton<IHookStyle>(provider => provider.GetRequiredService<WcsHooks>());
                services.AddSingleton<PageHooks>();
                services.AddHostedService<StreamKeepAlive>();
                break;
            case "srs":
                services.AddSingleton<IHookStyle, SrsHooks>();
                services.AddSingleton(new PageHooks(null, null));
                break;
            default:
                services.AddSingleton<IHookStyle, MediaMtxHooks>();
                services.AddSingleton(new PageHooks(null, null));
                break;
        }

        return services;
    }
}
