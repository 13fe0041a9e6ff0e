using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Sessions;
using Xunit;

namespace MediaGateway.Tests.Hooks;

/// <summary>What a hostile, broken or slow backend can do.</summary>
public sealed class HookClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly AccessVerdict NotAsked = AccessVerdict.TryLater(HookWords.CannotBeAsked);

    private TestBackend? _backend;

    private TestBackend Backend => _backend ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _backend = await TestBackend.StartAsync();

    public async ValueTask DisposeAsync() => await Backend.DisposeAsync();

    [Fact]
    public async Task BackendThatHangs_IsGivenUpAfterTheLimit()
    {
        Backend.Answer = static (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        Task<AccessVerdict> asking = PublishAsync(host);
        await Backend.NextAsync();

        host.Time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(asking.IsCompleted);
        Assert.Equal(1, host.Get<ResourceLedger>().Count(ResourceKind.HookCall));

        host.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(NotAsked, await asking);
        Assert.Equal(0, host.Get<ResourceLedger>().Count(ResourceKind.HookCall));
        Assert.Contains(host.Log, line => line.Contains("no whole answer within 3 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnswerThatDrips_IsGivenUpAfterTheLimit()
    {
        var dripped = new SemaphoreSlim(0);
        Backend.Answer = async (context, _) =>
        {
            while (true)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                dripped.Release();
                await Task.Delay(20, context.RequestAborted);
            }
        };
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        Task<AccessVerdict> asking = PublishAsync(host);
        for (int second = 0; second < 3; second++)
        {
            await dripped.WaitAsync(TestContext.Current.CancellationToken);
            Assert.False(asking.IsCompleted);
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(NotAsked, await asking);
    }

    [Fact]
    public async Task AnswerOfAGigabyte_IsCutOffAtTheLimit()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<long> serving = ServeGigabyteAsync(listener);
        await using HooksHost host = await HooksHost.StartAsync(("Hooks:Style", "wcs"), ("Hooks:Url", $"http://{listener.LocalEndpoint}"));
        Assert.Equal(NotAsked, await PublishAsync(host));

        // What the kernels on both sides hold, and no more, was sent before the connection was cut.
        Assert.InRange(await serving, 64 * 1024, 64 * 1024 * 1024);
        Assert.Contains(host.Log, line => line.Contains("longer than 65536 bytes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    public async Task AnswersLength_IsLimitedToTheByte(int length, bool isAllowed)
    {
        Backend.Answer = (context, _) => context.Response.WriteAsync("{}".PadRight(length), context.RequestAborted);
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        Assert.Equal(isAllowed, (await PublishAsync(host)).IsAllowed);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirects_AreNotFollowed(int status)
    {
        await using TestBackend other = await TestBackend.StartAsync();
        foreach (string target in new[]
        {
            other.Url, $"{Backend.Url}/app/elsewhere", "http://169.254.169.254/latest/meta-data", "rtmp://127.0.0.1:6379/x", "file:///etc/passwd",
        })
        {
            Backend.Answer = (context, call) =>
            {
                context.Response.Headers.Location = target;
                return TestBackend.Status(status, "{}")(context, call);
            };
            await using HooksHost host = await HooksHost.StartAsync(Backend);
            Assert.Equal(NotAsked, await PublishAsync(host));
        }

        Assert.Equal(5, Backend.Count);
        Assert.Equal(0, other.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: %17000%\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("")]
    public async Task AnswerThatIsNoHttp_Refuses(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeRawAsync(listener, answer.Replace("%17000%", new string('x', 17_000), StringComparison.Ordinal));
        await using HooksHost host = await HooksHost.StartAsync(("Hooks:Style", "wcs"), ("Hooks:Url", $"http://{listener.LocalEndpoint}"));
        Assert.Equal(NotAsked, await PublishAsync(host));
        await serving;
    }

    [Fact]
    public async Task HeadersWithinTheLimit_AreTaken()
    {
        Backend.Answer = (context, call) =>
        {
            context.Response.Headers["X-Long"] = new string('x', 15_000);
            return TestBackend.Status(200, "{}")(context, call);
        };
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        Assert.True((await PublishAsync(host)).IsAllowed);
    }

    [Fact]
    public async Task NobodyListens_Refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string url = $"http://{listener.LocalEndpoint}";
        listener.Stop();
        await using HooksHost host = await HooksHost.StartAsync(("Hooks:Style", "wcs"), ("Hooks:Url", url));
        Assert.Equal(NotAsked, await PublishAsync(host));
        Assert.Equal(NotAsked, await host.ConnectAsync(HookClients.Rtmp()));
        Assert.Equal(NotAsked, await host.PlayAsync(HookClients.Player(HookClients.Rtmp())));
    }

    [Fact]
    public async Task NameThatDoesNotResolve_RefusesWithinTheLimitAndSaysSoWithoutSecrets()
    {
        const string Secret = "hush-7d1f";
        await using HooksHost host = await HooksHost.StartAsync(
            ("Hooks:Style", "wcs"), ("Hooks:Url", $"http://backend.invalid/app?key={Secret}")); // RFC 6761 6.4: there never is one.
        Task<AccessVerdict>[] asking =
        [
            PublishAsync(host), host.ConnectAsync(HookClients.Rtmp(("token", Secret))), host.PlayAsync(HookClients.Player(HookClients.Rtmp(), null, ("password", Secret))),
        ];

        // A resolver of which nothing comes back is given up at the limit like a backend that hangs.
        if (await Task.WhenAny(Task.WhenAll(asking), Task.Delay(Limit, TestContext.Current.CancellationToken)) is not Task<AccessVerdict[]>)
        {
            host.Time.Advance(Limit);
        }

        Assert.All(await Task.WhenAll(asking), verdict => Assert.Equal(NotAsked, verdict));
        Assert.Equal(0, host.Get<ResourceLedger>().Count(ResourceKind.HookCall));
        Assert.Contains(host.Log, line => line.Contains("backend.invalid", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FailOpen_LetsThroughWhatCannotBeAskedButNotWhatIsRefused()
    {
        await using HooksHost host = await HooksHost.StartAsync(Backend, "wcs", ("Hooks:FailOpen:0", "playStream"));
        Backend.Answer = TestBackend.Status(500);
        Assert.True((await host.PlayAsync(HookClients.Player(HookClients.Rtmp()))).IsAllowed);
        Assert.False((await PublishAsync(host)).IsAllowed);
        Backend.Answer = TestBackend.Status(403);
        Assert.False((await host.PlayAsync(HookClients.Player(HookClients.Rtmp()))).IsAllowed);
    }

    [Fact]
    public async Task ClientThatLeaves_EndsTheQuestionAndLeavesNothing()
    {
        var aborted = new TaskCompletionSource();
        Backend.Answer = async (context, _) =>
        {
            using CancellationTokenRegistration _1 = context.RequestAborted.Register(aborted.SetResult);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        using var left = new CancellationTokenSource();
        Task<AccessVerdict> asking = host.Access.PublishAsync(HookClients.Publisher(HookClients.Rtmp()), left.Token).AsTask();
        await Backend.NextAsync();
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await aborted.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(host.Directory.Sessions);
        Assert.DoesNotContain(host.Log, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FiveHundredSlowQuestionsAtOnce_AreAllAskedBeforeTheFirstIsAnswered()
    {
        const int Publishers = 500;
        var all = new TaskCompletionSource();
        Backend.Answer = async (context, call) =>
        {
            if (Backend.Count == Publishers)
            {
                all.TrySetResult();
            }

            await all.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(call.Body, context.RequestAborted);
        };
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        AccessVerdict[] verdicts = await Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => PublishAsync(host)));
        Assert.All(verdicts, verdict => Assert.True(verdict.IsAllowed));
    }

    [Fact]
    public async Task MoreQuestionsThanTheLimit_WaitWithinTheirOwnTime()
    {
        var release = new TaskCompletionSource();
        Backend.Answer = async (context, call) =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(call.Body, context.RequestAborted);
        };
        await using HooksHost host = await HooksHost.StartAsync(Backend, "wcs", ("Hooks:MaximumConcurrentCalls", "2"));
        Task<AccessVerdict>[] first = [PublishAsync(host), PublishAsync(host)];
        await Backend.NextAsync();
        await Backend.NextAsync();
        host.Time.Advance(Limit / 2);
        Task<AccessVerdict> waiting = PublishAsync(host);
        host.Time.Advance(Limit / 2);
        Assert.All(await Task.WhenAll(first), verdict => Assert.Equal(NotAsked, verdict));

        release.SetResult();
        Assert.True((await waiting).IsAllowed);
        Assert.Equal(3, Backend.Count);
    }

    [Fact]
    public async Task BackendThatKeepsFailing_IsLeftAloneThenTriedOnce()
    {
        Backend.Answer = TestBackend.Status(500);
        await using HooksHost host = await HooksHost.StartAsync(Backend);
        for (int index = 0; index < HookLimits.BreakerFaults + 10; index++)
        {
            Assert.Equal(NotAsked, await PublishAsync(host));
        }

        Assert.Equal(HookLimits.BreakerFaults, Backend.Count);

        host.Time.Advance(HookLimits.BreakerPause);
        Assert.Equal(NotAsked, await PublishAsync(host));
        Assert.Equal(NotAsked, await PublishAsync(host));
        Assert.Equal(HookLimits.BreakerFaults + 1, Backend.Count);

        Backend.Answer = TestBackend.Status(200, "{}");
        host.Time.Advance(HookLimits.BreakerPause);
        Assert.True((await PublishAsync(host)).IsAllowed);
        Assert.True((await PublishAsync(host)).IsAllowed);
        Assert.Single(host.Log, line => line.Contains("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_AreInNoLogLine()
    {
        const string Secret = "hush-7d1f";
        await using HooksHost host = await HooksHost.StartAsync(
            ("Hooks:Style", "wcs"), ("Hooks:Url", $"{Backend.Url}/app?key={Secret}"), ("Hooks:FailOpen:0", "playStream"));
        ClientConnection connection = HookClients.Rtmp(("token", Secret));
        int[] statuses = [200, 403, 500, 302];
        foreach (int status in statuses)
        {
            Backend.Answer = TestBackend.Status(status, $$"""{"name":"{{Secret}}","x":"{{Secret}}"}""");
            host.Time.Advance(TimeSpan.FromSeconds(2));
            await host.ConnectAsync(connection);
            await host.PublishAsync(HookClients.Publisher(connection, ("password", Secret)));
            await host.PlayAsync(HookClients.Player(connection, null, ("password", Secret)));
        }

        Assert.Equal($"POST /app/connect?key={Secret}", (await Backend.NextAsync()).Line);
        Assert.NotEmpty(host.Log);
        Assert.DoesNotContain(host.Log, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    private static Task<AccessVerdict> PublishAsync(HooksHost host) => host.PublishAsync(HookClients.Publisher(HookClients.Rtmp()));

    private static async Task<long> ServeGigabyteAsync(TcpListener listener)
    {
        const long Gigabyte = 1024 * 1024 * 1024;
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        byte[] block = new byte[64 * 1024];
        await stream.ReadAtLeastAsync(block, 1, cancellationToken: TestContext.Current.CancellationToken);
        Array.Fill(block, (byte)' ');
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Gigabyte}\r\n\r\n"), TestContext.Current.CancellationToken);
        long sent = 0;
        try
        {
            for (; sent < Gigabyte; sent += block.Length)
            {
                await stream.WriteAsync(block, TestContext.Current.CancellationToken);
            }
        }
        catch (IOException)
        {
            // Cut off, as it should be.
        }

        return sent;
    }

    private static async Task ServeRawAsync(TcpListener listener, string answer)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        byte[] buffer = new byte[4096];
        await stream.ReadAtLeastAsync(buffer, 1, cancellationToken: TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
    }
}
