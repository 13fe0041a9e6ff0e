using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MediaGateway.Hooks;
using MediaGateway.Sessions;
using Xunit;

namespace MediaGateway.Tests.Hooks;

public sealed class HookEventQueueTests : IAsyncLifetime
{
    private TestBackend? _backend;
    private HooksHost? _host;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    private HooksHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _backend = await TestBackend.StartAsync();
        _host = await HooksHost.StartAsync(_backend);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Backend.DisposeAsync();
    }

    [Fact]
    public async Task EventThatIsNotTaken_IsTriedAgainAfterGrowingPausesAndKeepsItsPlace()
    {
        int failures = 3;
        Backend.Answer = (context, call) => TestBackend.Status(failures-- > 0 ? 500 : 200)(context, call);
        MediaSession session = HookClients.Publisher(HookClients.Rtmp());
        Host.Directory.Change(session, MediaSessionStatus.Publishing);
        Host.Directory.Change(session, MediaSessionStatus.Failed, "Failed by RTP activity");

        List<string?> seen = [await StatusOfNextAsync()];
        foreach (int seconds in new[] { 1, 2, 4 })
        {
            await AlarmAsync();
            Host.Time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(seen.Count, Backend.Count);
            Host.Time.Advance(TimeSpan.FromMilliseconds(1));
            seen.Add(await StatusOfNextAsync());
        }

        seen.Add(await StatusOfNextAsync());
        Assert.Equal(["PUBLISHING", "PUBLISHING", "PUBLISHING", "PUBLISHING", "FAILED"], seen);
    }

    [Fact]
    public async Task EventThatIsNeverTaken_IsDroppedInTheEndAndTheNextOneGoes()
    {
        Backend.Answer = (context, call) => TestBackend.Status(call.Body.Contains("PUBLISHING", StringComparison.Ordinal) ? 503 : 200)(context, call);
        MediaSession session = HookClients.Publisher(HookClients.Rtmp());
        Host.Directory.Change(session, MediaSessionStatus.Publishing);
        Host.Directory.Change(session, MediaSessionStatus.Failed, "Failed by RTP activity");
        for (int attempt = 1; attempt < HookLimits.EventAttempts; attempt++)
        {
            Assert.Equal("PUBLISHING", await StatusOfNextAsync());
            await AlarmAsync();

            // Not a moment more than the pause: the next attempt begins at its end, and has a limit of its own.
            TimeSpan pause = HookLimits.FirstEventPause * Math.Pow(2, attempt - 1);
            Host.Time.Advance(pause < HookLimits.LongestEventPause ? pause : HookLimits.LongestEventPause);
        }

        Assert.Equal("PUBLISHING", await StatusOfNextAsync());
        Assert.Equal("FAILED", await StatusOfNextAsync());
        Assert.Contains(Host.Log, line => line.Contains("1 hook events were dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EventThatIsRefused_IsNotTriedAgain()
    {
        Backend.Answer = TestBackend.Status(403);
        MediaSession session = HookClients.Publisher(HookClients.Rtmp());
        Host.Directory.Change(session, MediaSessionStatus.Publishing);
        Host.Directory.Change(session, MediaSessionStatus.Failed, "Failed by RTP activity");
        Assert.Equal("PUBLISHING", await StatusOfNextAsync());
        Assert.Equal("FAILED", await StatusOfNextAsync());
    }

    [Fact]
    public async Task OneConnectionsTrouble_DelaysNoOther()
    {
        Backend.Answer = (context, call) => TestBackend.Status(call.Body.Contains("\"stream1\"", StringComparison.Ordinal) ? 500 : 200)(context, call);
        MediaSession bad = HookClients.Publisher(HookClients.Rtmp());
        MediaSession good = HookClients.Publisher(HookClients.Rtmp());
        good.Key = HookClients.Key("stream2");
        Host.Directory.Change(bad, MediaSessionStatus.Publishing);
        await Backend.NextAsync();
        Host.Directory.Change(good, MediaSessionStatus.Publishing);
        Assert.Contains("stream2", (await Backend.NextAsync()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublisherWhoTakesOver_IsToldOfWhenTheEndOfTheOneBeforeWasTaken()
    {
        int failures = 2;
        Backend.Answer = (context, call) =>
            TestBackend.Status(call.Body.Contains("FAILED", StringComparison.Ordinal) && failures-- > 0 ? 500 : 200)(context, call);
        MediaSession old = HookClients.Publisher(HookClients.Rtmp());
        MediaSession young = HookClients.Publisher(HookClients.Rtmp());
        MediaSession youngest = HookClients.Publisher(HookClients.Rtmp());
        Host.Directory.Change(old, MediaSessionStatus.Publishing);
        Host.Directory.Open(young.Connection);
        Host.Directory.Change(young, MediaSessionStatus.Publishing);
        Host.Directory.Change(youngest, MediaSessionStatus.Publishing);

        // Whose connection it is is nobody's business but its own.
        List<string?> first = [await StatusOfNextAsync(), await StatusOfNextAsync(), await StatusOfNextAsync()];
        Assert.Equal(["ESTABLISHED", "FAILED", "PUBLISHING"], first.Order());
        foreach (int seconds in new[] { 1, 2 })
        {
            await AlarmAsync();
            Host.Time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Equal("FAILED", await StatusOfNextAsync());
        }

        List<string?> rest = [await StatusOfNextAsync(), await StatusOfNextAsync(), await StatusOfNextAsync()];
        Assert.Equal(["PUBLISHING", "FAILED", "PUBLISHING"], rest);
        await Host.StopAsync();
        Assert.Equal((8, 0), (Backend.Count, Host.Events.Count));
    }

    [Fact]
    public async Task MoreEventsThanTheBound_AreDroppedAndCounted()
    {
        var release = new TaskCompletionSource();
        var delivered = new ConcurrentQueue<string>();
        Backend.Answer = async (context, call) =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            delivered.Enqueue(call.Body);
        };
        MediaSession[] sessions = [.. Enumerable.Range(0, 100).Select(_ => HookClients.Player(HookClients.Rtmp()))];
        for (int round = 0; round < 11; round++)
        {
            foreach (MediaSession session in sessions)
            {
                Host.Directory.Change(session, round % 2 == 0 ? MediaSessionStatus.Playing : MediaSessionStatus.Paused);
            }
        }

        Assert.Equal(HookLimits.QueuedEvents, Host.Events.Count);
        Assert.Contains(Host.Log, line => line.Contains("1000 are waiting already", StringComparison.Ordinal));
        release.SetResult();
        for (int index = 0; index < HookLimits.QueuedEvents; index++)
        {
            await Backend.NextAsync();
        }

        Assert.Equal(HookLimits.QueuedEvents, Backend.Count);
    }

    [Fact]
    public async Task GatewayThatStops_StillDeliversWhatWaits()
    {
        MediaSession session = HookClients.Publisher(HookClients.Rtmp());
        Host.Directory.Change(session, MediaSessionStatus.Publishing);
        Host.Directory.Change(session, MediaSessionStatus.Unpublished, "Stopped by user");
        await Host.StopAsync();
        Assert.Equal(3, Backend.Count);
        Assert.Equal(0, Host.Events.Count);
    }

    private async Task<string?> StatusOfNextAsync() => (string?)JsonNode.Parse((await Backend.NextAsync()).Body)!["status"];

    /// <summary>Waits until the failed event's pause has begun.</summary>
    private async Task AlarmAsync()
    {
        while (Host.Events.PausedConnections == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
