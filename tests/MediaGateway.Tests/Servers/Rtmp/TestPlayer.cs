using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>An RTMP player over a real socket that keeps every message it gets. It reads only when it is asked to.</summary>
internal sealed class TestPlayer : IDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<RtmpTestMessage> _messages = [];
    private int _next;

    private TestPlayer(Socket socket, Stream stream) => (_socket, _stream) = (socket, stream);

    public RtmpTestClient Client { get; } = new();

    /// <summary>Everything received so far.</summary>
    public IReadOnlyList<RtmpTestMessage> Messages => _messages;

    /// <summary>Whether the server has closed the connection.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The address from which it comes.</summary>
    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    public static async Task<TestPlayer> DialAsync(int port, int? receiveBufferBytes = null, bool tls = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (!tls)
        {
            return new TestPlayer(socket, stream);
        }

        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false, TakesAnyCertificate);
        await encrypted.AuthenticateAsClientAsync("localhost");
        return new TestPlayer(socket, encrypted);
    }

    /// <summary>Dials, shakes hands, connects and asks to play; returns when the server has answered.</summary>
    public static async Task<TestPlayer> PlayAsync(
        int port, string stream, int? receiveBufferBytes = null, bool tls = false, string app = "live")
    {
        TestPlayer player = await DialAsync(port, receiveBufferBytes, tls);
        await player.ConnectAsync(app);
        await player.SendAsync(player.Client.Command("createStream", 0, [null]));
        await player.ExpectAsync("_result");
        await player.SendAsync(player.Client.Command("play", 1, null, stream, -2000));
        await player.UntilAsync(message => message.Name == "onStatus" && message.Code != "NetStream.Play.Reset");
        return player;
    }

    /// <summary>The gateway's own certificate is signed by nobody else.</summary>
    public static bool TakesAnyCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;

    public async Task ConnectAsync(string app = "live")
    {
        await SendAsync(RtmpTestClient.Hello());
        await SendAsync(RtmpTestClient.Finish());
        await SendAsync(Client.Connect(app));
        await ExpectAsync("_result NetConnection.Connect.Success");
    }

    /// <summary>Ends the connection without a word, as when the machine behind it dies.</summary>
    public void Reset() => _socket.Close(0);

    /// <summary>From now on nothing reaches it, and nothing is acknowledged, as when the machine behind it vanishes.</summary>
    public void Vanish() => DeafSocket.Make(_socket);

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>
    /// Returns when the server has carried out everything said before. Two pings: the answer to the first may overtake what came
    /// together with it.
    /// </summary>
    public async Task SettleAsync()
    {
        for (uint ping = 1; ping <= 2; ping++)
        {
            await SendAsync(Client.UserControl(6, ping));
            await ExpectAsync("UserControl 7");
        }
    }

    /// <summary>Reads up to a message, in the words of <see cref="RtmpTestMessage.ToString"/>, and returns it.</summary>
    public Task<RtmpTestMessage> ExpectAsync(string message) => UntilAsync(candidate => candidate.ToString() == message, message);

    /// <summary>Reads up to a message that was not looked at before, and returns it.</summary>
    public async Task<RtmpTestMessage> UntilAsync(Func<RtmpTestMessage, bool> condition, string what = "a message")
    {
        while (true)
        {
            for (; _next < _messages.Count; _next++)
            {
                if (condition(_messages[_next]))
                {
                    return _messages[_next++];
                }
            }

            int read = await ReceiveAsync();
            Assert.True(read > 0, $"The connection was closed before {what}; received: {string.Join(", ", _messages.TakeLast(20))}");
        }
    }

    /// <summary>Reads until the server closes.</summary>
    public async Task UntilClosedAsync()
    {
        while (!IsClosed)
        {
            await ReceiveAsync();
        }
    }

    /// <summary>Reads once; 0 when the server has closed.</summary>
    public async Task<int> ReceiveAsync(int atMost = int.MaxValue)
    {
        using var patience = new CancellationTokenSource(RtmpServerHost.Patience);
        try
        {
            int read = await _stream.ReadAsync(_buffer.AsMemory(0, Math.Min(atMost, _buffer.Length)), patience.Token);
            _messages.AddRange(Client.Receive(_buffer.AsSpan(0, read)));
            IsClosed = read == 0;
            return read;
        }
        catch (IOException)
        {
            IsClosed = true;
            return 0;
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        Client.Dispose();
    }
}
