using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaGateway.Servers.Rtmp.Tunnel;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>What clients of RTMPT can do wrong: one session may end by it, no other notices.</summary>
public sealed class TunnelBadInputTests : IAsyncLifetime
{
    private static ReadOnlySpan<byte> Answer => "HTTP/1.1"u8;

    private readonly TrackingBufferPool _buffers = new();
    private RtmpServerHost _host = null!; // Set before the first test.

    public async ValueTask InitializeAsync() => _host = await RtmpServerHost.StartAsync(
        _buffers, options => options.HandshakeTimeout = TimeSpan.FromSeconds(8));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _buffers.Dispose();
    }

    [Fact]
    public async Task ReplayedSend_IsRefusedAndChangesNothing()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        byte[] create = client.Client.Command("createStream", 0, [null]);
        Assert.Equal(HttpStatusCode.OK, await client.SendAsync(create));
        Assert.Equal(HttpStatusCode.BadRequest, await client.AskAsync("send", client.Sequence - 1, create));
        Assert.Equal(HttpStatusCode.BadRequest, await client.AskAsync("idle", 0, [0]));
        await client.UntilAsync(message => message.Name == "_result");
        await client.IdleAsync();
        Assert.Equal(2, client.Messages.Count(message => message.Name == "_result"));
    }

    [Fact]
    public async Task SendThatOvertook_IsRefusedAndMayComeAgainInItsTurn()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.OpenAsync();
        Assert.Equal(HttpStatusCode.OK, await client.AskAsync("send", 0, RtmpTestClient.Hello()));
        Assert.Equal(HttpStatusCode.BadRequest, await client.AskAsync("send", 2, client.Client.Connect("live")));
        Assert.Equal(HttpStatusCode.OK, await client.AskAsync("send", 1, RtmpTestClient.Finish()));
        Assert.Equal(HttpStatusCode.OK, await client.AskAsync("send", 2, client.Client.Connect("live")));
        client.Sequence = 3;
        await client.UntilAsync(message => message.ToString() == "_result NetConnection.Connect.Success");
    }

    [Fact]
    public async Task TwoSendsAtOnceWithOneNumber_OneIsTaken()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        for (int round = 0; round < 50; round++)
        {
            int sequence = client.Sequence++;
            byte[] ping = client.Client.UserControl(6, 1);
            using var other = new TunnelClient(_host.TunnelPort) { Id = client.Id };
            using HttpContent content = new ByteArrayContent(ping);
            Task<HttpStatusCode> first = client.AskAsync("send", sequence, ping);
            Task<HttpResponseMessage> second = other.PostAsync($"/send/{client.Id}/{sequence}", content);
            using HttpResponseMessage answer = await second;
            HttpStatusCode[] statuses = [await first, answer.StatusCode];
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest], statuses.Order());
        }
    }

    [Fact]
    public async Task RequestsThatPileUp_AreRefused()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        using Socket slow = await DialAsync();
        await slow.SendAsync(Encoding.ASCII.GetBytes(Head($"/send/{client.Id}/{client.Sequence}", 10)));
        await Task.WhenAll(Enumerable.Range(0, TunnelLimits.WaitingRequests + 3).Select(_ => RefusedAsync()));
        await slow.SendAsync(client.Client.Control(3, 1));
        Assert.StartsWith("HTTP/1.1 200 ", await ReadAsync(slow), StringComparison.Ordinal);

        // Those that wait get their turn when the slow one has ended, and come with a wrong number; the others are too many.
        async Task RefusedAsync()
        {
            using var other = new TunnelClient(_host.TunnelPort) { Id = client.Id };
            HttpStatusCode status = await other.AskAsync("idle", 0, [0]).WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(
                task => task.IsCompletedSuccessfully ? task.Result : HttpStatusCode.Processing, TaskScheduler.Default);
            Assert.True(status is HttpStatusCode.TooManyRequests or HttpStatusCode.Processing or HttpStatusCode.BadRequest, status.ToString());
        }
    }

    [Fact]
    public async Task IdOfAnotherClient_IsNotFound()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        using var thief = new TunnelClient(_host.TunnelPort, IPAddress.Parse("127.0.0.2")) { Id = client.Id };
        Assert.Equal(HttpStatusCode.NotFound, await thief.AskAsync("idle", client.Sequence, [0]));
        Assert.Equal(HttpStatusCode.NotFound, await thief.AskAsync("close", client.Sequence, [0]));
        Assert.Equal(HttpStatusCode.OK, await client.IdleAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GiantBody_IsRefusedAndEndsItsSession(bool isLengthTold)
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        byte[] message = client.Client.Message(8, 0, new byte[1280]);
        byte[] giant = [.. Enumerable.Repeat(message, (TunnelLimits.RequestBytes / message.Length) + 100).SelectMany(bytes => bytes)];
        HttpContent content = isLengthTold ? new ByteArrayContent(giant) : new StreamContent(new UnseekableStream(giant));
        try
        {
            using HttpResponseMessage response = await client.PostAsync($"/send/{client.Id}/{client.Sequence}", content);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The connection may be closed while the body is still being sent.
        }

        await NobodyAsync();
    }

    [Fact]
    public async Task GiantBodyOfAnIdle_IsNotTaken()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        try
        {
            using HttpResponseMessage response = await client.PostAsync(
                $"/idle/{client.Id}/{client.Sequence}", new ByteArrayContent(new byte[TunnelLimits.RequestBytes]));
        }
        catch (HttpRequestException)
        {
            // The connection may be closed while the body is still being sent.
        }

        Assert.InRange(_host.Tunnels.Count, 0, 1);
    }

    /// <summary>Kestrel ends a request whose body comes with less than 240 bytes per second, after five seconds.</summary>
    [Fact]
    public async Task BodyThatDrips_EndsItsSession()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        using Socket slow = await DialAsync();
        await slow.SendAsync(Encoding.ASCII.GetBytes(Head($"/send/{client.Id}/{client.Sequence}", 100_000)));
        await RtmpServerHost.UntilAsync(
            () =>
            {
                try
                {
                    slow.Send(new byte[1]);
                }
                catch (SocketException)
                {
                    // It was closed.
                }

                return _host.Tunnels.Count == 0;
            },
            "the session ends");
    }

    [Fact]
    public async Task ClientThatIsCutOffWhileItWaits_IsGoneAtOnce()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.ConnectAsync();
        using (Socket waiting = await DialAsync())
        {
            await waiting.SendAsync(Encoding.ASCII.GetBytes(Head($"/send/{client.Id}/{client.Sequence}", 100)));
        }

        await NobodyAsync();
    }

    [Fact]
    public async Task RubbishInsteadOfRtmp_EndsItsSession()
    {
        using var client = new TunnelClient(_host.TunnelPort);
        await client.OpenAsync();
        byte[] rubbish = new byte[5000];
        new Random(3).NextBytes(rubbish);
        rubbish[0] = 0x47;
        await client.SendAsync(rubbish);
        await NobodyAsync();
        Assert.Equal(HttpStatusCode.NotFound, await client.IdleAsync());
    }

    [Fact]
    public async Task FiftyThousandOpens_TakeTheShareOfOneAddressAndNothingIsLeft()
    {
        const int Connections = 200;
        const int OpensPerConnection = 250;
        byte[] open = Encoding.ASCII.GetBytes($"{Head("/open/1", 1)}\0");
        byte[] opens = [.. Enumerable.Repeat(open, OpensPerConnection).SelectMany(bytes => bytes)];
        int most = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using Socket socket = await DialAsync();
            Task sending = SendAllAsync(socket, opens);
            byte[] buffer = new byte[64 * 1024];
            int answers = 0;
            int kept = 0;
            while (answers < OpensPerConnection)
            {
                int read = await socket.ReceiveAsync(buffer.AsMemory(kept));
                Assert.True(read > 0);
                answers += Count(buffer.AsSpan(0, kept + read), Answer);

                // What a read has cut in two is whole in the next one.
                int tail = Math.Min(Answer.Length - 1, kept + read);
                buffer.AsSpan(kept + read - tail, tail).CopyTo(buffer);
                kept = tail;
                most = Math.Max(most, _host.Tunnels.Count);
            }

            await sending;
        }));

        Assert.InRange(most, 1, 100);
        using (var other = new TunnelClient(_host.TunnelPort, IPAddress.Parse("127.0.0.3")))
        {
            await other.ConnectAsync();
            await other.CloseAsync();
        }

        await NobodyAsync();
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    private static int Count(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> word)
    {
        int count = 0;
        int at;
        while ((at = bytes.IndexOf(word)) >= 0)
        {
            count++;
            bytes = bytes[(at + word.Length)..];
        }

        return count;
    }

    private static string Head(string path, int length) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-fcs\r\nContent-Length: {length}\r\n\r\n");

    private static async Task<string> ReadAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
    }

    private async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _host.TunnelPort);
        return socket;
    }

    private Task NobodyAsync() =>
        RtmpServerHost.UntilAsync(() => _host.Tunnels.Count == 0 && _host.Limiter.Count == 0 && _host.Workers.Connections == 0, "nobody is left");

    /// <summary>A body whose length is not known, so that it is sent in chunks.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
