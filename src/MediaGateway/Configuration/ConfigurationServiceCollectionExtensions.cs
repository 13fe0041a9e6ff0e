using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>Registers every section of the settings with its checks.</summary>
internal static class ConfigurationServiceCollectionExtensions
{
    /// <summary>
    /// Binds and checks every section of the settings. Values are checked when
    /// the host starts, or earlier, when somebody first reads them.
    /// </summary>
    /// <exception cref="OptionsValidationException">A settings file has a section that does not exist.</exception>
    public static IHostApplicationBuilder AddGatewayOptions(this IHostApplicationBuilder builder)
    {
        IReadOnlyList<string> failures = UnknownKeys.FindSections((IConfigurationRoot)builder.Configuration);
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(UnknownKeys), failures);
        }

        IServiceCollection services = builder.Services;
        IConfiguration configuration = builder.Configuration;
        services.Configure<HostOptions>(static options => options.ShutdownTimeout = GatewayShutdown.Limit);
        AddSection<HttpOptions, HttpRanges>(services, configuration, HttpOptions.Section);
        AddSection<RtmpOptions, RtmpRanges>(services, configuration, RtmpOptions.Section);
        AddSection<WebRtcOptions, WebRtcRanges>(services, configuration, WebRtcOptions.Section);
        AddSection<WhipOptions, WhipRanges>(services, configuration, WhipOptions.Section);
        AddSection<HlsOptions, HlsRanges>(services, configuration, HlsOptions.Section);
        AddSection<StreamOptions, StreamRanges>(services, configuration, StreamOptions.Section);
        AddSection<AudioOptions, AudioRanges>(services, configuration, AudioOptions.Section);
        AddSection<VideoOptions, VideoRanges>(services, configuration, VideoOptions.Section);
        AddSection<LadderOptions, LadderRanges>(services, configuration, LadderOptions.Section);
        AddSection<TlsOptions, TlsRanges>(services, configuration, TlsOptions.Section);
        AddSection<PushOptions, PushRanges>(services, configuration, PushOptions.Section);
        AddSection<RelayOptions, RelayRanges>(services, configuration, RelayOptions.Section);
        AddSection<SnapshotOptions, SnapshotRanges>(services, configuration, SnapshotOptions.Section);
        AddSection<RecordingOptions, RecordingRanges>(services, configuration, RecordingOptions.Section);
        AddSection<MetricsOptions, MetricsRanges>(services, configuration, MetricsOptions.Section);
        AddSection<LimitsOptions, LimitsRanges>(services, configuration, LimitsOptions.Section);
        AddSection<ApiOptions, ApiRanges>(services, configuration, ApiOptions.Section);
        AddSection<HookOptions, HookRanges>(services, configuration, HookOptions.Section);
        AddSection<TokenOptions, TokenRanges>(services, configuration, TokenOptions.Section);
        AddSection<IceServerOptions, IceServerRanges>(services, configuration, IceServerOptions.Section);
        AddSection<VodOptions, VodRanges>(services, configuration, VodOptions.Section);
        AddApplications(services, configuration.GetSection(ApplicationsOptions.Section));

        services.AddSingleton<IValidateOptions<HttpOptions>, CrossFieldRules.Http>();
        services.AddSingleton<IValidateOptions<RtmpOptions>, CrossFieldRules.Rtmp>();
        services.AddSingleton<IValidateOptions<WebRtcOptions>, CrossFieldRules.WebRtc>();
        services.AddSingleton<IValidateOptions<WhipOptions>, WhipRules>();
        services.AddSingleton<IValidateOptions<StreamOptions>, CrossFieldRules.Streams>();
        services.AddSingleton<IValidateOptions<TlsOptions>, CrossFieldRules.Tls>();
        services.AddSingleton<IValidateOptions<PushOptions>, PushRules>();
        services.AddSingleton<IValidateOptions<RelayOptions>>(new RelayRules(configuration.GetSection(RelayOptions.Section)));
        services.AddSingleton<IValidateOptions<RecordingOptions>, RecordingRules>();
        services.AddSingleton<IValidateOptions<MetricsOptions>, MetricsRules>();
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiRules>();
        services.AddSingleton<IValidateOptions<HookOptions>>(new HookRules(configuration.GetSection(HookOptions.Section)));
        services.AddSingleton<IValidateOptions<LadderOptions>>(new LadderRules(configuration.GetSection(LadderOptions.Section)));
        services.AddSingleton<IValidateOptions<VodOptions>, VodRules>();
        services.AddSingleton<IValidateOptions<TokenOptions>, TokenRules>();
        services.AddSingleton<IValidateOptions<IceServerOptions>, IceServerRules>();
        services.AddOptions<WebRtcOptions>().PostConfigure(options => TakePublicAddress(options, configuration));
        return builder;
    }

    /// <summary>Puts the TCP ports behind gates, which <see cref="GatewayListeners"/> sets: of several transports the last registered is Kestrel's choice.</summary>
    public static IServiceCollection AddAcceptGates(this IServiceCollection services) =>
        services.AddOpenFileLimit().AddSingleton<AcceptGates>().AddSingleton<IConnectionListenerFactory, GatedTransport>();

    /// <summary>Adds how many connections the process's open files allow, read once; every port that counts its connections asks for it.</summary>
    public static IServiceCollection AddOpenFileLimit(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => OpenFileLimit.OfThisProcess(
            provider.GetRequiredService<IOptions<RtmpOptions>>().Value.MaximumConnections,
            provider.GetRequiredService<IOptions<HttpOptions>>().Value.MaximumConnections));
        return services;
    }

    private static void AddSection<TOptions, TRanges>(IServiceCollection services, IConfiguration configuration, string name)
        where TOptions : class
        where TRanges : class, IValidateOptions<TOptions>
    {
        IConfigurationSection section = configuration.GetSection(name);
        services.AddOptionsWithValidateOnStart<TOptions>().Bind(section);
        services.AddSingleton<IValidateOptions<TOptions>, TRanges>();
        services.AddSingleton<IValidateOptions<TOptions>>(new UnknownKeys.Validator<TOptions>(section));
    }

    /// <summary>The names of this section are the operator's own, so that it is bound as a dictionary.</summary>
    private static void AddApplications(IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptionsWithValidateOnStart<ApplicationsOptions>().Configure(options => section.Bind(options.ByName));
        services.AddSingleton<IOptionsChangeTokenSource<ApplicationsOptions>>(
            new ConfigurationChangeTokenSource<ApplicationsOptions>(section));
        services.AddSingleton<IValidateOptions<ApplicationsOptions>>(new ApplicationRules(section));
        services.AddSingleton<IValidateOptions<ApplicationsOptions>, ApplicationLadderRule>();
    }

    private static void TakePublicAddress(WebRtcOptions options, IConfiguration configuration)
    {
        string? addresses = configuration[WebRtcOptions.PublicAddressVariable];
        if (string.IsNullOrWhiteSpace(addresses))
        {
            return;
        }

        options.AdvertisedAddresses.Clear();
        foreach (string address in addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            options.AdvertisedAddresses.Add(address);
        }
    }
}
