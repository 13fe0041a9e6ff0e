using System.Diagnostics;
using MediaGateway.Authorization;
using MediaGateway.Sessions;
using Xunit;

namespace MediaGateway.Tests.Hooks;

/// <summary>The backend of docs/examples does what its README says. Runs under Node, which the page's build needs anyway.</summary>
public sealed class ExampleBackendTests : IAsyncLifetime
{
    private Process? _node;
    private HooksHost? _host;

    private HooksHost Host => _host ?? throw new InvalidOperationException("Not started.");

    private Process Node => _node ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("node", [RepositoryFiles.PathOf("docs", "examples", "hook-backend", "server.mjs")])
        {
            RedirectStandardOutput = true,
            Environment = { ["PORT"] = "0", ["TOKEN"] = "secret" },
        };
        _node = Process.Start(start) ?? throw new InvalidOperationException("Node did not start.");
        string line = await NextLineAsync();
        _host = await HooksHost.StartAsync(("Hooks:Style", "wcs"), ("Hooks:Url", $"{line["Listening on ".Length..]}/app"));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Node.Kill();
        await Node.WaitForExitAsync(CancellationToken.None);
        Node.Dispose();
    }

    [Fact]
    public async Task Backend_RefusesAndRenamesByParameterAndPrintsWhatItIsAsked()
    {
        AccessVerdict refused = await Host.ConnectAsync(HookClients.Rtmp(("deny", "connect")));
        Assert.Equal("The example backend refuses connect because of ?deny=connect", refused.Reason);
        Assert.EndsWith("connect -> 403", await NextLineAsync(), StringComparison.Ordinal);
        Assert.Contains("\"custom\":{\"deny\":\"connect\"}", await NextLineAsync(), StringComparison.Ordinal);

        ClientConnection connection = HookClients.Rtmp(("token", "secret"));
        Assert.True((await Host.ConnectAsync(connection)).IsAllowed);
        Assert.Equal(AccessVerdict.Allowed, await Host.PublishAsync(HookClients.Publisher(connection)));
        Assert.Equal("other", (await Host.PublishAsync(HookClients.Publisher(connection, ("rename", "other")))).StreamName);
        Assert.Equal("other", (await Host.PlayAsync(HookClients.Player(connection, null, ("rename", "other")))).StreamName);
        Assert.False((await Host.PublishAsync(HookClients.Publisher(connection, ("deny", "1")))).IsAllowed);
        Assert.False((await Host.PlayAsync(HookClients.Player(connection, null, ("deny", "playStream")))).IsAllowed);
        Assert.True((await Host.PlayAsync(HookClients.Player(connection, null, ("deny", "publishStream")))).IsAllowed);
        Assert.False((await Host.PlayAsync(HookClients.Player(connection, null, ("token", "guess")))).IsAllowed);
    }

    private async Task<string> NextLineAsync() =>
        await Node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TestBackend.Patience)
        ?? throw new InvalidOperationException("The backend has ended.");
}
