using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MediaGateway.Servers.Signaling;

/// <summary>Registers signalling for the page.</summary>
internal static class SignalingServiceCollectionExtensions
{
    /// <summary>Where the hub is found.</summary>
    public const string HubPath = "/signaling";

    /// <summary>Room for one offer with many codecs and its parameters; the SDP reader's own limit is 64 KiB.</summary>
    private const int MaximumMessageBytes = 128 * 1024;

    /// <summary>
    /// How long a page may say nothing. It says something every 15 s, and gives the gateway up after 30 s without a word: as long as it has not,
    /// it is not taken for silent, even though SignalR counts the time in which the program stood still.
    /// </summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(45);

    /// <summary>Adds the hub and its helpers.</summary>
    public static IServiceCollection AddSignaling(this IServiceCollection services)
    {
        services.AddSingleton<SignalingSessions>();
        services.AddSingleton<PageConnections>();
        services.AddSingleton<PageOffers>();
        services.AddSingleton<PageStreams>();
        services.AddSingleton<OriginCheck>();
        services.AddSingleton<ShutdownCheck>();
        services.AddHostedService<SignalingNotifier>();
        services.AddSingleton<HubFailures>();
        services.AddLogging(logging => logging
            .AddFilter(HubFailures.DispatcherCategory, LogLevel.None)
            .AddFilter(HubFailures.ConnectionCategory, LogLevel.None)
            .AddFilter(HubFailures.ContextCategory, LogLevel.None));
        services.AddSignalR(options =>
            {
                options.MaximumReceiveMessageSize = MaximumMessageBytes;
                options.ClientTimeoutInterval = SilenceLimit;
                options.AddFilter<HubFailures>();
            })
            .AddJsonProtocol(options => options.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);
        services.RemoveAll<IHubProtocol>().AddSingleton<IHubProtocol, PageProtocol>();
        return services;
    }

    /// <summary>Maps the hub, guarded by <see cref="OriginCheck"/>, over WebSockets only.</summary>
    public static void MapSignaling(this WebApplication app)
    {
        app.UseMiddleware<ShutdownCheck>();
        app.UseMiddleware<OriginCheck>();
        app.MapHub<SignalingHub>(HubPath, options =>
            options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets);
    }
}
