using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>Ten thousand connections, or as many as the system's open files allow, that send their handshake byte by byte. Needs ffmpeg.</summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class SlowLorisTests
{
    private const int Wanted = 10_000;

    /// <summary>What the gateway does not give to connections: its reserve.</summary>
    private const int OtherFiles = 512;

    /// <summary>The media port's, of the rest; an eighth of that is left to connections that are being closed.</summary>
    private const int MediaFiles = 2048;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Drip = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ThousandsOfHandshakesByteByByte_AreEndedAndPublisherAndViewerNoticeNothing()
    {
        // Two files each; RTMP has 95 % of the files with the settings below, and others are to find a place.
        int count = (int)Math.Min(Wanted, (((ReadFileLimit() - OtherFiles) * 7 / 8) - MediaFiles) * 9 / 20);
        string file = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 0));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Rtmp__MaximumConnections"] = (Wanted + 100).ToString(CultureInfo.InvariantCulture),
            ["Rtmp__MaximumIdleConnectionsPerAddress"] = (Wanted + 100).ToString(CultureInfo.InvariantCulture),
            ["Http__MaximumConnections"] = "1000",
        });
        using RtmpTagPublisher publisher = RtmpTagPublisher.Start(gateway.RtmpAddress("good"), file);
        await gateway.WaitForStreamAsync("good", Patience, () => "");
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("good"));
        await Wait.UntilAsync(() => player.Messages.Any(message => message.IsPicture), Patience, () => "a picture");
        TimeSpan idleFrom = gateway.ProcessorTime;
        await Task.Delay(Before, TestContext.Current.CancellationToken);
        TimeSpan idle = gateway.ProcessorTime - idleFrom;

        (long memory, TimeSpan processor) = (gateway.ResidentBytes, gateway.ProcessorTime);
        int from = player.Messages.Count;
        long start = Stopwatch.GetTimestamp();
        Drops drops = Drops.Open(gateway.RtmpPort, count);
        double opened = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long most = gateway.ResidentBytes;
        int held = drops.Open();

        long newcomer = Stopwatch.GetTimestamp();
        using (RtmpTagPublisher second = RtmpTagPublisher.Start(gateway.RtmpAddress("second"), file))
        {
            await Wait.UntilAsync(() => !second.SentAt.IsEmpty, Patience, () => "a second publisher");
        }

        double admitted = Stopwatch.GetElapsedTime(newcomer).TotalMilliseconds;
        await Wait.UntilAsync(
            async () =>
            {
                most = Math.Max(most, gateway.ResidentBytes);
                drops.Send();
                await Task.Delay(Drip);
                return drops.Open() == 0;
            },
            Patience,
            () => $"the end of all; {drops.Open()} are open:\n{gateway.Log}");
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double spent = (gateway.ProcessorTime - processor - (idle * (seconds / Before.TotalSeconds))).TotalMilliseconds;
        RtmpMessage[] pictures = [.. player.Messages.Skip(from).Where(message => message.IsPicture)];
        uint[] stamps = [.. pictures.Select(picture => picture.Timestamp)];
        double gap = pictures.Zip(pictures.Skip(1), (one, next) => (next.CompleteAt - one.CompleteAt) / 1e6).Max();
        Measurements.Note(
            $"{count} handshakes byte by byte, opened in {opened:0.0} s, {held} held at once: the longest life {drops.Longest:0.0} s, {(most - memory) / 1024.0 / count:0.0} KiB resident "
            + $"and {spent / count:0.00} ms of processor for each; another publisher was let in after {admitted:0} ms; the viewer had {pictures.Length} pictures, the longest gap {gap:0} ms");
        Assert.All(stamps.Zip(stamps.Skip(1), (one, next) => next - one), step => Assert.InRange(step, 1u, 50u)); // No picture is missing.
        Assert.InRange(drops.Longest, 0, Limits.Time(10));
        Assert.InRange(admitted, 0, Limits.Time(500));
        Assert.Empty(gateway.Errors);
    }

    private static long ReadFileLimit()
    {
        string line = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string number = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return number == "unlimited" ? long.MaxValue : long.Parse(number, CultureInfo.InvariantCulture);
    }

    /// <summary>The connections.</summary>
    private sealed class Drops
    {
        private static readonly byte[] Version = [3];

        private readonly List<(Socket Socket, long Since)> _open = [];

        /// <summary>Seconds that the one that lived longest has lived, as far as it was looked at.</summary>
        public double Longest { get; private set; }

        public static Drops Open(int port, int count)
        {
            Drops drops = new();
            for (int index = 0; index < count; index++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect("127.0.0.1", port);
                socket.Send(Version);
                drops._open.Add((socket, Stopwatch.GetTimestamp()));
            }

            return drops;
        }

        /// <summary>Looks at all, and says how many are open.</summary>
        public int Open()
        {
            for (int index = _open.Count - 1; index >= 0; index--)
            {
                (Socket socket, long since) = _open[index];
                if (IsClosed(socket))
                {
                    Longest = Math.Max(Longest, Stopwatch.GetElapsedTime(since).TotalSeconds);
                    socket.Dispose();
                    _open.RemoveAt(index);
                }
            }

            return _open.Count;
        }

        /// <summary>Another byte on each.</summary>
        public void Send()
        {
            foreach ((Socket socket, _) in _open)
            {
                try
                {
                    socket.Send(Version);
                }
                catch (SocketException)
                {
                    // Closed; seen when it is looked at.
                }
            }
        }

        private static bool IsClosed(Socket socket)
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[1], SocketFlags.Peek) == 0;
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }
}
