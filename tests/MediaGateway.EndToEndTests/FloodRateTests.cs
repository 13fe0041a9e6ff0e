using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Floods of a stranger for ten seconds each beside publishers and viewers who must not notice: the rate that was reached, what it costs the gateway, and how soon somebody
/// new is let in meanwhile. The rate is what this machine reaches: everybody shares its cores. Needs ffmpeg.
/// </summary>
[Trait(LongRun.Trait, LongRun.Full)]
[Collection(Lane.Alone)]
public sealed class FloodRateTests
{
    private const int IdleConnections = 11_000;
    private const int OpenToOneAddress = 5000; // Half of Http:MaximumConnections.
    private const int IdleOfOneAddress = 100; // Rtmp:MaximumIdleConnectionsPerAddress.
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly byte[] RtmpVersion = [3];
    private static readonly byte[] Health = [.. "GET /health HTTP/1.1\r\nHost: gateway\r\n\r\n"u8];

    [Theory]
    [InlineData("noise, forged media and ClientHellos", 200_000)]
    [InlineData("checks of no session", 200_000)]
    public async Task DatagramsAtTheMediaPort_LiveSessionsLoseNothing(string what, int perSecond)
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        byte[][] datagrams = what.StartsWith("checks", StringComparison.Ordinal) ? [Check()] : [[.. Enumerable.Repeat((byte)0xFF, 200)], Media(), Hello()];
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, gateway.WebRtcPort);
        long dropped = KernelDrops(gateway.WebRtcPort);
        await BesideAsync(gateway, what, perSecond, number => socket.Send(datagrams[number % datagrams.Length]), () => $"the kernel dropped {KernelDrops(gateway.WebRtcPort) - dropped} datagrams of all");
    }

    [Fact]
    public async Task RtmpConnections_AreClosedAndTheNextIsServed()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using ConnectionFlood flood = new(gateway.RtmpPort, 1000, RtmpVersion);
        int open = 0;
        await BesideAsync(
            gateway,
            "connections to RTMP",
            2000,
            _ => flood.Open(),
            () => $"{flood.Connected} came about of those that were closed after half a second, {open = flood.CountOpen()} of the last 1000 are open",
            flood.Dispose);
        Assert.InRange(open, 0, IdleOfOneAddress);
    }

    [Fact]
    public async Task OffersThatAreNone_AreRefusedAndAGoodClientConnects()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using HttpFlood flood = new(gateway.Page.Port);
        await BesideAsync(gateway, "WHIP requests with what is no offer", 5000, flood.Send, () => $"{flood.Refusals} refusals", flood.Dispose);
        Assert.True(flood.Refusals > 0);
        Assert.Equal(0, flood.Others);
    }

    [Fact]
    public async Task IdleHttpConnections_AreCappedAndRtmpGoesOn()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?> { ["Rtmp__MaximumConnections"] = "1000" });
        await using Bystanders bystanders = await Bystanders.StartAsync(gateway);
        (int files, long memory) = (gateway.OpenFiles, gateway.ResidentBytes);
        bystanders.Mark();
        using ConnectionFlood idle = new(gateway.Page.Port, IdleConnections, Health, waits: true);
        long start = Stopwatch.GetTimestamp();
        for (int index = 0; index < IdleConnections; index++)
        {
            idle.Open();
        }

        double rate = IdleConnections / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await Task.Delay(Before, TestContext.Current.CancellationToken);
        int open = idle.CountOpen();
        bool isServed = await IsServedAsync(gateway);
        double kib = (gateway.ResidentBytes - memory) / 1024.0 / open;
        double encoder = await bystanders.AdmitEncoderAsync();
        Bystanders.Seen seen = await bystanders.ReportAsync();
        idle.Dispose();
        double seconds = await FilesAreBackAsync(gateway, files);
        double peer = await bystanders.ConnectWebRtcAsync();
        Measurements.Note(
            $"{IdleConnections} HTTP connections at {rate:0} a second, {open} stay open and idle, {kib:0.0} KiB resident each: another RTMP publisher after {encoder:0} ms; somebody else over HTTP is "
            + $"{(isServed ? "served" : "turned away")}; files are given back {seconds:0.0} s after they have gone, then a WHIP client connects in {peer:0} ms; {seen.Words}");
        Judge(gateway, seen);
        Assert.InRange(open, 1, OpenToOneAddress);
        Assert.True(isServed, "One address took every place.");
        Assert.InRange(encoder, 0, Limits.Time(500));
    }

    /// <summary>Floods, and looks how the others fare.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="what">What comes, in words.</param>
    /// <param name="perSecond">How often a second.</param>
    /// <param name="one">Does it once.</param>
    /// <param name="outcome">What became of it, in words.</param>
    /// <param name="end">Ends it.</param>
    private static async Task BesideAsync(GatewayProcess gateway, string what, int perSecond, Action<int> one, Func<string> outcome, Action? end = null)
    {
        await using Bystanders bystanders = await Bystanders.StartAsync(gateway);
        TimeSpan idleFrom = gateway.ProcessorTime;
        await Task.Delay(Before, TestContext.Current.CancellationToken);
        double idle = (gateway.ProcessorTime - idleFrom) / Before;
        (int files, TimeSpan processor) = (gateway.OpenFiles, gateway.ProcessorTime);
        bystanders.Mark();
        long start = Stopwatch.GetTimestamp();
        Task<double> flood = Flood.RunAsync(perSecond, Length, one);
        (double encoder, double peer, double rate, bool isDuring) = (0, 0, 0, false);
        try
        {
            encoder = await bystanders.AdmitEncoderAsync();
            peer = await bystanders.ConnectWebRtcAsync();
            isDuring = !flood.IsCompleted;
        }
        finally
        {
            rate = await flood; // It uses what the caller disposes of.
        }

        double share = (gateway.ProcessorTime - processor) / Stopwatch.GetElapsedTime(start);
        Bystanders.Seen seen = await bystanders.ReportAsync();
        string became = outcome();
        end?.Invoke();
        double seconds = await FilesAreBackAsync(gateway, files);
        Measurements.Note(
            $"{what}: {rate:0} a second of {perSecond} aimed at, {became}; the gateway took {share * 100:0} % of a core, {idle * 100:0} % before; another RTMP publisher after {encoder:0} ms, another "
            + $"WHIP client in {peer:0} ms{(isDuring ? "" : " (it came after the end)")}; files are given back after {seconds:0.0} s; {seen.Words}");
        Judge(gateway, seen);
        Assert.InRange(encoder, 0, Limits.Time(500));
        Assert.InRange(peer, 0, Limits.Time(2000));
    }

    private static void Judge(GatewayProcess gateway, Bystanders.Seen seen)
    {
        Assert.Equal(0, seen.MissedOfEncoder);
        Assert.InRange(seen.MissedOfWebRtc, 0, Limits.Time(0.01));
        Assert.Empty(gateway.Errors);
    }

    private static async Task<bool> IsServedAsync(GatewayProcess gateway)
    {
        try
        {
            using HttpClient client = new();
            return (await client.GetAsync(new Uri(gateway.Page, "health"), TestContext.Current.CancellationToken)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<double> FilesAreBackAsync(GatewayProcess gateway, int before)
    {
        long start = Stopwatch.GetTimestamp();
        await Wait.UntilAsync(() => gateway.OpenFiles <= before + 4, Patience, () => $"{before} open files; there are {gateway.OpenFiles}");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // RFC 8489 5 and 14.3: a Binding request with a USERNAME.
    private static byte[] Check() => [0, 1, 0, 12, 0x21, 0x12, 0xA4, 0x42, .. new byte[12], 0, 6, 0, 8, .. "nobody:x"u8];

    // RFC 3550 5.1: version 2, payload type 96.
    private static byte[] Media() => [0x80, 96, 0, 1, 0, 0, 11, 184, 0, 0, 0, 77, .. new byte[988]];

    // RFC 6347 4.2.1 with one cipher suite.
    private static byte[] Hello() =>
    [
        22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54,
        1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 42,
        0xFE, 0xFD, .. new byte[32], 0, 0, 0, 2, 0xC0, 0x2B, 1, 0,
    ];

    /// <summary>Datagrams that the kernel has dropped because the socket's buffer was full: the last column.</summary>
    private static long KernelDrops(int port) => File.ReadLines("/proc/net/udp")
        .Where(line => line.Contains($":{port:X4} 00000000:0000", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture));
}
