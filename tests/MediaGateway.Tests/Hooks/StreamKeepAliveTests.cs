using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Sessions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Hooks;

public sealed class StreamKeepAliveTests : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly List<(SessionEndReason Reason, string Detail)> _ends = [];
    private TestBackend? _backend;
    private HooksHost? _host;
    private StreamKeepAlive? _keepAlive;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    private HooksHost Host => _host ?? throw new InvalidOperationException("Not started.");

    private StreamKeepAlive KeepAlive => _keepAlive ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _backend = await TestBackend.StartAsync();
        _host = await HooksHost.StartAsync(_backend, "wcs", ("Hooks:Applications:flashStreamingApp:Methods:0", "StreamKeepAliveEvent"));
        _keepAlive = Make("flashStreamingApp");
    }

    public async ValueTask DisposeAsync()
    {
        KeepAlive.Dispose();
        await Host.DisposeAsync();
        await Backend.DisposeAsync();
    }

    [Fact]
    public async Task EachInterval_TheBackendHearsOfTheSession()
    {
        MediaSession session = Enter();
        await RoundAsync(TimeSpan.Zero);
        await RoundAsync(Interval - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Backend.Count);
        await RoundAsync(TimeSpan.FromMilliseconds(1));
        TestBackend.Call call = await Backend.NextAsync();
        Assert.Equal("StreamKeepAliveEvent", call.Method);
        Assert.Contains("\"status\":\"PLAYING\"", call.Body, StringComparison.Ordinal);
        await RoundAsync(Interval);
        Assert.Equal(2, Backend.Count);

        Host.Directory.Change(session, MediaSessionStatus.Stopped);
        await RoundAsync(Interval);
        Assert.Equal(2, Backend.Count);
        Assert.Empty(_ends);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Refusal_EndsTheSession(int status)
    {
        Enter();
        Backend.Answer = TestBackend.Status(status);
        await RoundAsync(TimeSpan.Zero);
        await RoundAsync(Interval);
        Assert.Equal([(SessionEndReason.Unauthorized, "Terminated by keep-alive")], _ends);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    public async Task BackendThatFails_EndsNothing(int status)
    {
        Enter();
        Backend.Answer = TestBackend.Status(status);
        await RoundAsync(TimeSpan.Zero);
        await RoundAsync(Interval);
        await RoundAsync(Interval);
        Assert.Equal(2, Backend.Count);
        Assert.Empty(_ends);
    }

    [Fact]
    public async Task ApplicationNotListed_NothingIsSent()
    {
        using StreamKeepAlive other = Make("defaultApp");
        Enter();
        await other.TellDueAsync(TestContext.Current.CancellationToken);
        Host.Time.Advance(Interval);
        await other.TellDueAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, Backend.Count);
    }

    private StreamKeepAlive Make(string application)
    {
        var options = new HookOptions { StreamKeepAliveApplications = { application } };
        return new StreamKeepAlive(
            Host.Get<WcsHooks>(),
            Host.Get<HookClient>(),
            Host.Directory,
            Options.Create(options),
            Host.Get<GatewayClock>(),
            Host.Time,
            Host.Get<ILogger<StreamKeepAlive>>());
    }

    private MediaSession Enter()
    {
        MediaSession session = HookClients.Player(HookClients.Rtmp(), (reason, detail) => _ends.Add((reason, detail)));
        Host.Directory.Change(session, MediaSessionStatus.Playing);
        return session;
    }

    private async Task RoundAsync(TimeSpan after)
    {
        Host.Time.Advance(after);
        await KeepAlive.TellDueAsync(TestContext.Current.CancellationToken);
    }
}
