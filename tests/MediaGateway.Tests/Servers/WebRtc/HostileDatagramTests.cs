using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Media.Memory;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>
/// Attackers at the real media port, with other addresses than the peers: sessions neither notice them nor wait for them, and they are
/// sent not one byte. The same with forged source addresses, in virtual time: <c>PeerSessionAttackTests</c>.
/// </summary>
public sealed class HostileDatagramTests
{
    /// <summary>Goal: 200 ms; four times that on a busy machine.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(800);

    private const int MaximumAttempts = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ClientHellosWhileThePeerPausesBetweenIceAndDtls_NeitherEndNorDelayItsHandshake()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        TimeSpan alone = await ConnectAsync(host, "alone", attackers: 0);

        // Who delays it delays it every time; whatever else runs on this machine does not.
        TimeSpan attacked = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < MaximumAttempts && attacked - alone > LongestDelay; attempt++)
        {
            attacked = await ConnectAsync(host, $"attacked{attempt}", attackers: 4);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"from ClientHello to media: {alone.TotalMilliseconds:0} ms alone, {attacked.TotalMilliseconds:0} ms with 10,000 false ones a second");
        Assert.True(attacked - alone <= LongestDelay, $"{attacked} against {alone} alone");
    }

    [Fact]
    public async Task HundredThousandClientHellosFromTenThousandPortsWithoutIce_AreAnsweredByNothingAndKeepNoBuffer()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using var peer = new LoopbackPublisher("peer");
        Assert.True(host.TryPublish("camera", peer, out string? answer, out string? refusal), refusal);
        var gateway = new IPEndPoint(IPAddress.Loopback, PortOf(answer!));
        byte[][] hellos = Hellos();
        int answered = 0;
        for (int round = 0; round < 20; round++)
        {
            Socket[] attackers = [.. Enumerable.Range(0, 500).Select(_ => Udp())];
            for (int index = 0; index < 5000; index++)
            {
                attackers[index % attackers.Length].SendTo(hellos[index % hellos.Length], gateway);
                if (index % 100 == 99)
                {
                    Thread.Sleep(1); // the loop's turn: what the kernel's buffer does not hold would test nothing
                }
            }

            answered += attackers.Count(attacker => attacker.Available > 0);
            Array.ForEach(attackers, attacker => attacker.Dispose());
        }

        Assert.Equal(0, answered);
        Assert.Empty(host.Dtls.Made);
        Assert.InRange(host.Buffers.Outstanding(BufferOwner.Datagram), 0, 64 + 64 + 64);
        peer.Start(answer!);
        await UntilAsync(() => peer.MediaHasFlowed, "a good peer connects");
    }

    [Fact]
    public async Task ForgedChecksWhileMediaFlows_LoseNoPictureAndAreNotAnswered()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using var publisher = new LoopbackPublisher("peer");
        Assert.True(host.TryPublish("camera", publisher, out string? answer, out string? refusal), refusal);
        publisher.Start(answer!);
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot().VideoFrames > 10, "ten pictures");
        byte[] forged = new ConnectivityCheck
        {
            Username = $"{ValueOf(answer!, "a=ice-ufrag:")}:{TestPublisher.UsernameFragment}",
            Password = "guess",
            UseCandidate = true,
        }.ToBytes();

        using (var flood = new Flood(publisher.GatewayPort, [forged], attackers: 4))
        {
            await flood.SentAsync(20_000);
            Assert.Equal(0, flood.Answered);
        }

        await UntilAsync(() => publisher.AccessUnits.Count - stream.Snapshot().VideoFrames <= 3, "every picture is there");
        Assert.Null(publisher.End);
        Assert.Equal(1, publisher.FlowReports);
    }

    [Fact]
    public async Task MediaAndChecksOfAStranger_NeverMakeAViewersMediaGoToIt()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        using LoopbackViewer viewer = host.Play("camera");
        await UntilAsync(() => viewer.Pictures.Count > 5, "pictures at the viewer");
        var random = new Random(1734);
        byte[][] strange =
        [
            [0x80, 102, .. Bytes(random, 100)], [0x80, 200, 0, 6, .. Bytes(random, 40)], [0x81, 206, 0, 2, .. Bytes(random, 24)],
            new ConnectivityCheck { Username = "any:body", Password = "guess", UseCandidate = true }.ToBytes(), .. Hellos(),
        ];

        int before = viewer.Pictures.Count;
        using (var flood = new Flood(viewer.GatewayPort, strange, attackers: 2))
        {
            await UntilAsync(() => viewer.Pictures.Count > before + 30, "a second of pictures");
            Assert.Equal(0, flood.Answered);
        }

        Assert.Null(viewer.End);
    }

    [Fact]
    public async Task EveryCapturedDatagramOfOthers_OverUdpAndTcp_IsAnsweredByNothing()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = host.Publish("camera");
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        var gateway = new IPEndPoint(IPAddress.Loopback, publisher.GatewayPort);
        using Socket overUdp = Udp();
        long bytesIn = 0;
        foreach (string file in TestData.Files("stun").Concat(TestData.Files("fuzz", "openssl_dtlsserver")).Concat(TestData.Files("dtls")))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            ReadOnlySpan<byte> datagram = bytes.AsSpan(0, Math.Min(bytes.Length, 1400));
            bytesIn += datagram.Length;
            overUdp.SendTo(datagram, gateway);
            using var overTcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            overTcp.Connect(gateway);
            overTcp.Send([(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram]);
            overTcp.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await AnswerLengthAsync(overTcp));
        }

        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        long before = stream.Snapshot().VideoFrames;
        await UntilAsync(() => stream.Snapshot().VideoFrames > before + 10, "the stream goes on");
        Assert.Equal(0, overUdp.Available);
        TestContext.Current.TestOutputHelper?.WriteLine($"captured datagrams of others: {bytesIn} bytes in, 0 out");
    }

    [Fact]
    public async Task SessionsThatDoNotConnect_AreLimited_AndTheirPlacesComeBack()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.MaximumSessions = 10_000);
        for (int index = 0; index < WebRtcServer.MaximumConnecting; index++)
        {
            Assert.True(host.TryPublish($"camera{index}", new LoopbackPublisher($"half open {index}"), out _, out string? why), why);
        }

        using var last = new LoopbackPublisher("last");
        Assert.False(host.Publishing.HasRoom);
        Assert.False(host.TryPublish("last", last, out _, out string? refusal));
        Assert.Contains("512 WebRTC sessions that are still connecting", refusal, StringComparison.Ordinal);

        Assert.True(host.Publishing.TryEnd("half open 0", MediaGateway.Diagnostics.SessionEndReason.Completed, "Stopped by user"));
        await UntilAsync(() => host.Publishing.HasRoom, "room again");
        Assert.True(host.TryPublish("last", last, out string? answer, out _));
        last.Start(answer!);
        await UntilAsync(() => last.MediaHasFlowed, "the last one connects");
        Assert.True(host.Publishing.HasRoom);
    }

    [Fact]
    public async Task OffersAtTheSameMoment_NeverMakeMoreSessionsThatDoNotConnectThanAreAllowed()
    {
        const int Offers = WebRtcServer.MaximumConnecting + 100;
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(options => options.MaximumSessions = 10_000);
        LoopbackPublisher[] publishers = [.. Enumerable.Range(0, Offers).Select(index => new LoopbackPublisher($"half open {index}"))];

        // Each comes while the ones before it have been accepted but have not begun.
        int made = 0;
        int next = 0;
        using IDisposable published = host.Streams.NotifyPublished(_ => Offer());
        Offer();

        Assert.Equal(WebRtcServer.MaximumConnecting, made);
        Array.ForEach(publishers, publisher => publisher.Dispose());

        void Offer()
        {
            int index = next++;
            if (index < Offers && host.TryPublish($"camera{index}", publishers[index], out string? _, out string? _))
            {
                made++;
            }
        }
    }

    /// <summary>ICE, a second's pause, then DTLS: how long from there to the first media.</summary>
    private static async Task<TimeSpan> ConnectAsync(WebRtcServerHost host, string name, int attackers)
    {
        int made = host.Dtls.Made.Count;
        using var publisher = new LoopbackPublisher(name) { DelaysDtls = true };
        Assert.True(host.TryPublish(name, publisher, out string? answer, out string? refusal), refusal);
        publisher.Start(answer!);
        await UntilAsync(() => host.Dtls.Made.Count > made, "a check has passed");
        using var flood = new Flood(publisher.GatewayPort, Hellos(), attackers);
        await Task.WhenAll(Task.Delay(Pause), attackers > 0 ? flood.SentAsync(10_000) : Task.CompletedTask);
        Assert.Equal(0, host.Dtls.Made[made].Received);

        long start = Stopwatch.GetTimestamp();
        publisher.DelaysDtls = false;
        await UntilAsync(() => publisher.MediaHasFlowed, "media flows");
        TimeSpan needed = Stopwatch.GetElapsedTime(start);
        Assert.Equal(0, flood.Answered);
        return needed;
    }

    /// <summary>ClientHellos of DTLS 1.2 (RFC 6347 4.2.1), every other one with TLS_NULL_WITH_NULL_NULL alone, and a fatal alert.</summary>
    private static byte[][] Hellos() => [Hello(0xC02B), Hello(0x0000), [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40]];

    private static byte[] Hello(int suite)
    {
        byte[] body = [0xFE, 0xFD, .. new byte[32], 0, 0, 0, 2, (byte)(suite >> 8), (byte)suite, 1, 0];
        byte[] length = [0, 0, (byte)body.Length];
        byte[] message = [1, .. length, 0, 0, 0, 0, 0, .. length, .. body];
        return [22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)message.Length, .. message];
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Socket Udp()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task<int> AnswerLengthAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            return 0; // Closed with what it had not read.
        }
    }

    private static int PortOf(string answer) => int.Parse(ValueOf(answer, "a=candidate:").Split(' ')[5], null);

    private static string ValueOf(string answer, string name) =>
        answer.Split("\r\n").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);

    /// <summary>
    /// Sends ten thousand datagrams a second from a thread of its own until it is disposed; fewer while the gateway does not get round to reading them: what
    /// the kernel throws away tests nothing, and takes good datagrams with it.
    /// </summary>
    private sealed class Flood : IDisposable
    {
        private const int PerMillisecond = 10;
        private const int MostWaiting = 64 * 1024;

        private readonly Socket[] _attackers;
        private readonly Thread _thread;
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isStopping;
        private int _wanted = int.MaxValue;
        private int _sent;

        public Flood(int port, byte[][] datagrams, int attackers)
        {
            _attackers = [.. Enumerable.Range(0, attackers).Select(_ => Udp())];
            var gateway = new IPEndPoint(IPAddress.Loopback, port);
            _thread = new Thread(() => Run(datagrams, gateway)) { IsBackground = true };
            _thread.Start();
        }

        /// <summary>Attackers who have got something.</summary>
        public int Answered => _attackers.Count(attacker => attacker.Available > 0);

        /// <summary>Done when so many have been sent.</summary>
        public Task SentAsync(int count)
        {
            Volatile.Write(ref _wanted, count);
            return _done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        public void Dispose()
        {
            _isStopping = true;
            _thread.Join();
            Array.ForEach(_attackers, attacker => attacker.Dispose());
        }

        private void Run(byte[][] datagrams, IPEndPoint gateway)
        {
            long start = Stopwatch.GetTimestamp();
            while (!_isStopping && _attackers.Length > 0)
            {
                bool isDue = _sent < Stopwatch.GetElapsedTime(start).TotalMilliseconds * PerMillisecond;
                if (isDue && (_sent % 50 != 0 || UdpQueues.BytesAt(gateway.Port) < MostWaiting))
                {
                    _attackers[_sent % _attackers.Length].SendTo(datagrams[_sent % datagrams.Length], gateway);
                    if (++_sent >= Volatile.Read(ref _wanted))
                    {
                        _done.TrySetResult();
                    }

                    continue;
                }

                Thread.Sleep(1); // keeps the rate
            }
        }
    }
}
