using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Sessions;
using MediaGateway.Testing;
using MediaGateway.Tests.Diagnostics;
using Xunit;

namespace MediaGateway.Tests.Hooks;

/// <summary>Access control, hooks and the directory of sessions as the gateway registers them, in virtual time.</summary>
internal sealed class HooksHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly LogBook _log = new();

    private HooksHost((string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddGatewayOptions();
        builder.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton<IMemoryMeter>(new FakeMemoryMeter());
        builder.Services.AddDiagnostics().AddSessions().AddAccessControl().AddHooks(builder.Configuration);
        _host = builder.Build();
    }

    public ManualTimeProvider Time { get; } = new();

    public IAccessControl Access => Get<IAccessControl>();

    public SessionDirectory Directory => Get<SessionDirectory>();

    public HookEventQueue Events => Get<HookEventQueue>();

    public IReadOnlyCollection<string> Log => _log.Lines;

    public static async Task<HooksHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var host = new HooksHost(settings);
        await host._host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public static Task<HooksHost> StartAsync(TestBackend backend, string style = "wcs", params (string Key, string Value)[] settings) =>
        StartAsync([("Hooks:Style", style), ("Hooks:Url", $"{backend.Url}/app"), .. settings]);

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public async Task<AccessVerdict> ConnectAsync(ClientConnection connection) =>
        await Access.ConnectAsync(connection, TestContext.Current.CancellationToken);

    public async Task<AccessVerdict> PublishAsync(MediaSession session) =>
        await Access.PublishAsync(session, TestContext.Current.CancellationToken);

    public async Task<AccessVerdict> PlayAsync(MediaSession session) =>
        await Access.PlayAsync(session, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Nobody waits for a backend that was made to fail.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _host.StopAsync(now.Token);
        _host.Dispose();
    }
}
