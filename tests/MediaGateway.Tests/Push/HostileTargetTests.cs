using System.Net;
using System.Net.Sockets;
using MediaGateway.Push;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Push;

/// <summary>Targets that mean harm or nothing at all: they cost one push, never the stream.</summary>
public sealed class HostileTargetTests
{
    [Fact]
    public async Task TargetThatSpeaksNoTls_IsGivenUpAfterTheTimeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var host = new PushHost(("Push:ConnectTimeout", "00:00:01"));
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", $"rtmps://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/live/key");
        await PushHost.UntilAsync(push, PushState.WaitingToRetry);
        Assert.Equal("The target does not answer.", push.Reason);
    }

    [Fact]
    public async Task TargetThatIsNoRtmpServer_IsToldSo()
    {
        string reason = await ServeAsync(async socket => await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));
        Assert.Equal("The target breaks the protocol: UnsupportedVersion.", reason);
    }

    [Fact]
    public async Task TargetThatClosesAtOnce_IsToldSo()
    {
        string reason = await ServeAsync(_ => Task.CompletedTask);
        Assert.StartsWith("The ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TargetThatAsksAndNeverReads_CostsABoundedQueue()
    {
        using var server = new RtmpTestClient();
        byte[] body = new byte[100]; // A tail that nobody reads: smaller chunks would be too many first.
        body[1] = 6;
        byte[] pings = [.. Enumerable.Repeat(server.Message(4, 0, body, chunkStreamId: 2), 4000).SelectMany(bytes => bytes)];
        string reason = await ServeAsync(async socket =>
        {
            await socket.SendAsync(RtmpClientScript.ServerHandshake());
            try
            {
                while (true)
                {
                    await socket.SendAsync(pings);
                }
            }
            catch (SocketException)
            {
                // It was given up.
            }
        });
        Assert.Equal("The target does not read.", reason);
    }

    /// <summary>Pushes to a server of one connection until it is given up, and says why.</summary>
    private static async Task<string> ServeAsync(Func<Socket, Task> serve)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Server.ReceiveBufferSize = 8 * 1024; // so that what is not read soon shows
        listener.Start();
        await using var host = new PushHost(("Push:StallTimeout", "00:01:00")); // so that a busy machine does not pass it first
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", $"rtmp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/live/key");
        using (Socket socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            await serve(socket);
        }

        string reason = "";
        await RtmpServerHost.UntilAsync(() => (reason = push.Reason).Length > 0, "the push gives up");
        Assert.Single(host.Streams.Streams);
        return reason;
    }
}
