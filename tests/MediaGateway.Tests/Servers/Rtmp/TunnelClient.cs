using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>A client of RTMPT that says exactly what a test tells it to, and keeps every message it gets.</summary>
internal sealed class TunnelClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly List<RtmpTestMessage> _messages = [];
    private int _next;

    /// <summary>Makes the client; nothing is sent yet.</summary>
    public TunnelClient(int port, IPAddress? from = null)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public RtmpTestClient Client { get; } = new();

    /// <summary>The gateway's time, when it is virtual: it passes while this client waits for an answer.</summary>
    public ManualTimeProvider? Time { get; set; }

    public string Id { get; set; } = "";

    public int Sequence { get; set; }

    /// <summary>Everything received so far.</summary>
    public IReadOnlyList<RtmpTestMessage> Messages => _messages;

    /// <summary>Opens a session, shakes hands, connects and asks to play.</summary>
    public static async Task<TunnelClient> PlayAsync(int port, string stream, ManualTimeProvider? time = null)
    {
        var client = new TunnelClient(port) { Time = time };
        await client.ConnectAsync();
        await client.SendAsync(client.Client.Command("createStream", 0, [null]));
        await client.UntilAsync(message => message.Name == "_result");
        await client.SendAsync(client.Client.Command("play", 1, null, stream, -2000));
        await client.UntilAsync(message => message.Name == "onStatus" && message.Code != "NetStream.Play.Reset");
        return client;
    }

    /// <summary>Opens a session; null when it is refused.</summary>
    public async Task<HttpStatusCode> OpenAsync()
    {
        using HttpResponseMessage response = await PostAsync("/open/1", new ByteArrayContent([0]));
        if (response.StatusCode == HttpStatusCode.OK)
        {
            string body = await response.Content.ReadAsStringAsync();
            Assert.Equal('\n', body[^1]);
            Id = body[..^1];
        }

        return response.StatusCode;
    }

    public async Task ConnectAsync(string app = "live")
    {
        Assert.Equal(HttpStatusCode.OK, await OpenAsync());
        await SendAsync([.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish()]);
        await SendAsync(Client.Connect(app));
        await UntilAsync(message => message.ToString() == "_result NetConnection.Connect.Success");
    }

    /// <summary>A send with the next number; its answer is taken.</summary>
    public Task<HttpStatusCode> SendAsync(byte[] bytes) => AskAsync("send", Sequence++, bytes);

    /// <summary>An idle with the next number; its answer is taken.</summary>
    public Task<HttpStatusCode> IdleAsync() => AskAsync("idle", Sequence++, [0]);

    /// <summary>A close with the next number.</summary>
    public Task<HttpStatusCode> CloseAsync() => AskAsync("close", Sequence++, [0]);

    /// <summary>Any request; the answer's RTMP bytes are taken when there are some.</summary>
    public async Task<HttpStatusCode> AskAsync(string what, int sequence, byte[] body)
    {
        using HttpResponseMessage response = await PostAsync($"/{what}/{Id}/{sequence}", new ByteArrayContent(body));
        if (response.StatusCode == HttpStatusCode.OK)
        {
            byte[] answer = await response.Content.ReadAsByteArrayAsync();
            Assert.Equal(answer.Length, response.Content.Headers.ContentLength);
            Assert.Equal("application/x-fcs", response.Content.Headers.ContentType?.MediaType);
            Assert.NotEqual(true, response.Headers.TransferEncodingChunked);
            Assert.InRange(answer[0], (byte)1, (byte)0x21);
            LastBytes = answer.Length - 1;
            MostBytes = Math.Max(MostBytes, LastBytes);
            _messages.AddRange(Client.Receive(answer.AsSpan(1)));
        }

        return response.StatusCode;
    }

    /// <summary>RTMP bytes of the last answer.</summary>
    public int LastBytes { get; private set; }

    /// <summary>RTMP bytes of the largest answer.</summary>
    public int MostBytes { get; private set; }

    public async Task<HttpResponseMessage> PostAsync(string path, HttpContent content)
    {
        content.Headers.ContentType ??= new MediaTypeHeaderValue("application/x-fcs");
        Task<HttpResponseMessage> asking = _http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        while (Time is { } time && !asking.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.WhenAny(asking, Task.Delay(5));
        }

        return await asking;
    }

    /// <summary>Asks until a message comes that was not looked at before, and returns it.</summary>
    public async Task<RtmpTestMessage> UntilAsync(Func<RtmpTestMessage, bool> condition)
    {
        using var patience = new CancellationTokenSource(RtmpServerHost.Patience);
        while (!patience.IsCancellationRequested)
        {
            for (; _next < _messages.Count; _next++)
            {
                if (condition(_messages[_next]))
                {
                    return _messages[_next++];
                }
            }

            HttpStatusCode status = await IdleAsync();
            Assert.True(status == HttpStatusCode.OK, $"{status} after {string.Join(", ", _messages.TakeLast(20))}");
            if (LastBytes == 0)
            {
                await Task.Delay(1); // As a player does: what is waited for needs its turn, too.
            }
        }

        throw new Xunit.Sdk.XunitException($"The message never came; received: {string.Join(", ", _messages.TakeLast(20))}");
    }

    public void Dispose()
    {
        _http.Dispose();
        Client.Dispose();
    }
}
