using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Streams;
using MediaGateway.Tls;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>RTMP inside TLS: the same dialogue, and what comes of peers that do not mean it.</summary>
public sealed class RtmpsTests : IAsyncLifetime
{
    private readonly TrackingBufferPool _buffers = new();
    private RtmpServerHost _host = null!; // Set before the first test.

    public async ValueTask InitializeAsync() => _host = await RtmpServerHost.StartAsync(_buffers);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _buffers.Dispose();
    }

    [Fact]
    public async Task Player_PlaysAndIsToldTheEnd()
    {
        PublishLease lease = _host.Publish("a");
        var frames = new TestFrames(_buffers);
        lease.Publish(frames.Key(0));
        using TestPlayer player = await TestPlayer.PlayAsync(_host.TlsPort, "a", tls: true);
        await player.UntilAsync(message => message.Type == 9);
        for (int milliseconds = 40; milliseconds <= 400; milliseconds += 40)
        {
            lease.Publish(frames.Delta(milliseconds, 20_000));
        }

        lease.Dispose();
        await player.UntilAsync(message => message.Code == "NetStream.Play.UnpublishNotify");
        Assert.Equal(11, player.Messages.Count(message => message.Type == 9 && message.Body[1] == 1));
    }

    [Fact]
    public async Task LastWords_ArriveBeforeTheEnd()
    {
        using TestPlayer player = await TestPlayer.PlayAsync(_host.TlsPort, "nobody", tls: true);
        Assert.Contains(player.Messages, message => message.Code == "NetStream.Play.StreamNotFound");
        await player.UntilClosedAsync();
        await NobodyAsync();
    }

    /// <summary>The receive loop is woken by cancelling its read, which must not lose a byte of a record that has come in part.</summary>
    [Fact]
    public async Task ReadWokenAfterEveryByteOfARecord_LosesNothing()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient server = await listener.AcceptTcpClientAsync();
        var held = new HeldStream(client.GetStream());
        using var sender = new SslStream(held, false, TestPlayer.TakesAnyCertificate);
        using var receiver = new SslStream(server.GetStream());
        using X509Certificate2 certificate = GeneratedCertificate.Make(TimeProvider.System.GetUtcNow(), []);
        await Task.WhenAll(sender.AuthenticateAsClientAsync("localhost"), receiver.AuthenticateAsServerAsync(certificate));
        held.IsHeld = true;
        for (byte record = 0; record < 20; record++)
        {
            await sender.WriteAsync(new byte[] { record, record, record });
        }

        var reader = PipeReader.Create(receiver);
        var received = new List<byte>();
        foreach (byte one in held.Held)
        {
            ValueTask<ReadResult> reading = reader.ReadAsync();
            reader.CancelPendingRead();
            ReadResult result = await reading;
            received.AddRange(result.Buffer.ToArray());
            reader.AdvanceTo(result.Buffer.End);
            await client.GetStream().WriteAsync(new[] { one });
        }

        while (received.Count < 60)
        {
            ReadResult result = await reader.ReadAsync();
            received.AddRange(result.Buffer.ToArray());
            reader.AdvanceTo(result.Buffer.End);
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(index => (byte)(index / 3)), received);
    }

    [Fact]
    public async Task PlainRtmpOnTheTlsPort_IsClosedAndLeavesNothing()
    {
        using TestPlayer player = await TestPlayer.DialAsync(_host.TlsPort);
        await player.SendAsync(RtmpTestClient.Hello());
        await player.UntilClosedAsync();
        Assert.Empty(player.Messages);
        await NobodyAsync();
    }

    [Fact]
    public async Task TlsOnThePlainPort_IsClosedAndLeavesNothing()
    {
        await Assert.ThrowsAnyAsync<IOException>(() => TestPlayer.DialAsync(_host.Port, tls: true));
        await NobodyAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task HalfATlsHandshake_IsClosedAfterTheTimeout(int bytes)
    {
        byte[] hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. new byte[100]];
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(
            _buffers, services: static services => services.Configure<TlsOptions>(static options => options.HandshakeTimeout = TimeSpan.FromSeconds(1)));
        using TestPlayer player = await TestPlayer.DialAsync(host.TlsPort);
        await player.SendAsync(hello[..bytes]);
        await player.UntilClosedAsync();
        await RtmpServerHost.UntilAsync(() => host.Limiter.Count == 0 && host.Sessions.Sessions.Count == 0, "nothing is left");
    }

    [Fact]
    public async Task OldTls_IsRefused()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _host.TlsPort);
        using var stream = new SslStream(new NetworkStream(socket), false, TestPlayer.TakesAnyCertificate);
#pragma warning disable CA5397, SYSLIB0039 // The old protocol is what the test is about.
        var options = new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls11 };
#pragma warning restore CA5397, SYSLIB0039
        await Assert.ThrowsAnyAsync<Exception>(() => stream.AuthenticateAsClientAsync(options));
        await NobodyAsync();
    }

    [Fact]
    public async Task ClientThatOffersAnApplicationProtocol_IsServedAllTheSame()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _host.TlsPort);
        using var stream = new SslStream(new NetworkStream(socket), false, TestPlayer.TakesAnyCertificate);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [new("rtmp")] });
        await stream.WriteAsync(RtmpTestClient.Hello());
        byte[] answer = new byte[1];
        await stream.ReadExactlyAsync(answer);
        Assert.Equal(3, answer[0]);
    }

    private Task NobodyAsync() => RtmpServerHost.UntilAsync(() => _host.Limiter.Count == 0 && _host.Workers.Connections == 0, "nobody is left");

    /// <summary>Passes everything on, or, when it is told to, keeps what is written.</summary>
    private sealed class HeldStream(Stream inner) : Stream
    {
        public List<byte> Held { get; } = [];

        public bool IsHeld { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!IsHeld)
            {
                return inner.WriteAsync(buffer, cancellationToken);
            }

            Held.AddRange(buffer.ToArray());
            return ValueTask.CompletedTask;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
