using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The program as its operator meets it: start, words, wrong settings, hostile bytes, end.</summary>
[Collection(Lane.Programs)]
public sealed class GatewayLifeTests
{
    /// <summary>Areas of native memory that the runtime's own threads have made before the program can bound them.</summary>
    private const int AreasOfTheStart = 6;

    [Fact]
    public async Task Started_SaysInWordsWhereEverythingIs()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();

        // Line by line, through a pipe.
        string[] words = ["is running", gateway.Page.Authority, $"rtmp://127.0.0.1:{gateway.RtmpPort}/live/", $"UDP port {gateway.WebRtcPort}"];
        foreach (string word in words)
        {
            await Wait.UntilAsync(
                () => gateway.Log.Contains(word, StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => $"\"{word}\" in\n{gateway.Log}");
        }
    }

    [Theory]
    [InlineData("Rtmp__Port", "70000", "Port")]
    [InlineData("Rtmp__Prot", "1935", "Prot")]
    [InlineData("Audio__Coder", "best", "Coder")]
    [InlineData("WebRtc__AdvertisedAddresses__0", "0.0.0.0", "AdvertisedAddresses")]
    [InlineData("Tls__CertificatePath", "/nowhere/certificate.pem", "Tls:CertificatePath")]
    public async Task WrongSetting_EndsTheStartWithOneLineThatNamesIt(string key, string value, string named)
    {
        (int status, string output) = await GatewayProcess.StartInVainAsync(new Dictionary<string, string?> { [key] = value });

        Assert.NotEqual(0, status);
        Assert.Contains(named, Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task TerminatedAsSoonAsItListens_EndsWithStatusZero()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();

        int status = await gateway.StopAsync();

        Assert.Equal(0, status);
        Assert.DoesNotContain("exception", gateway.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task TerminatedWhilePublishingAndPlaying_EveryoneIsToldFilesAreWholeAndItEndsWithStatusZero()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(320, 180, "300k");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Recording__Root"] = folder.File("recordings"),
            ["Recording__NameTemplate"] = "{app}/{name}",
            ["Applications__live__Record"] = "true",
        });
        await using StackPublisher publisher = await StackPublisher.StartPionAsync(media, sessions: 1);
        await publisher.PublishAsync(gateway, ["end"]);
        string file = folder.File("end.flv");
        Task recording = FfmpegRecorder.RecordAsync(gateway.RtmpAddress("end"), TimeSpan.FromSeconds(60), file);
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("end"));
        using HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
        using MemoryStream flv = new();
        await using Stream body = await http.GetStreamAsync(new Uri(gateway.Page, "live/end.flv"), TestContext.Current.CancellationToken);
        Task watching = body.CopyToAsync(flv, TestContext.Current.CancellationToken);
        await FfmpegRecorder.WaitForMediaAsync(file);
        await Wait.UntilAsync(() => player.Messages.Any(message => message.IsPicture), TimeSpan.FromSeconds(20), () => "a picture");
        string recorded = folder.File("recordings/live/end.mp4");
        await FfmpegRecorder.WaitForMediaAsync(recorded);

        long start = Stopwatch.GetTimestamp();
        int status = await gateway.StopAsync();
        Measurements.Note($"SIGTERM to the end of the process: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s");

        Assert.Equal(0, status);
        await recording.WaitAsync(TimeSpan.FromSeconds(45), TestContext.Current.CancellationToken);
        await watching.WaitAsync(TimeSpan.FromSeconds(45), TestContext.Current.CancellationToken);
        Assert.Equal("FLV", Encoding.ASCII.GetString(flv.ToArray(), 0, 3));
        await Wait.UntilAsync(() => player.IsClosed, TimeSpan.FromSeconds(20), () => "the end of the RTMP connection");
        Assert.Contains(player.Messages, message => Encoding.ASCII.GetString(message.Payload).Contains("NetStream.Play.UnpublishNotify", StringComparison.Ordinal));
        Assert.Equal("", await DecodedMedia.DecodeErrorsAsync(recorded));
        Assert.Contains("finished", await File.ReadAllTextAsync($"{recorded}.json", TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the metrics say of the resources in use, with the real DTLS, ciphers and codecs.</summary>
    [Fact]
    public async Task PublisherAndPlayersHaveGone_NothingIsHeldForThem()
    {
        string[] kinds =
        [
            "web_rtc_session", "rtmp_connection", "flv_playback", "native.ssl", "native.cipher_context", "native.opus_decoder",
            "native.codec_context", "native.codec_packet", "native.codec_frame",
        ];
        PublisherMedia media = await PublisherMedia.CreateAsync(320, 180, "300k");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using HttpClient http = new();
        await using (WhipClient publisher = await WhipClient.PublishWithPionAsync(media, new Uri(gateway.Page, "whip/brief"), "a-token"))
        {
            await gateway.WaitForStreamAsync("brief", TimeSpan.FromSeconds(20), () => "");
            using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("brief"));
            await using Stream body = await http.GetStreamAsync(new Uri(gateway.Page, "live/brief.flv"), TestContext.Current.CancellationToken);
            await Wait.UntilAsync(() => player.Messages.Any(message => message.IsSound), TimeSpan.FromSeconds(20), () => "sound");
            string held = await http.GetStringAsync(new Uri(gateway.Page, "metrics"), TestContext.Current.CancellationToken);
            Assert.All(kinds, kind => Assert.True(Held(held, kind) > 0, $"{kind}\n{held}"));
            await publisher.DeleteAsync();
        }

        string left = "";
        await Wait.UntilAsync(
            async () =>
            {
                string metrics = await http.GetStringAsync(new Uri(gateway.Page, "metrics"), TestContext.Current.CancellationToken);
                left = string.Join(", ", kinds.Where(kind => Held(metrics, kind) != 0));
                return left.Length == 0;
            },
            TimeSpan.FromSeconds(40),
            () => $"the end of {left}");
        Assert.InRange(gateway.NativeArenas, 0, AreasOfTheStart + Environment.ProcessorCount);
    }

    [Fact]
    public async Task HostileBytesOnEveryPort_StreamsStayAndNewOnesStart()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(320, 180, "300k");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StackPublisher publisher = await StackPublisher.StartPionAsync(media, sessions: 1);
        await publisher.PublishAsync(gateway, ["calm"]);
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("calm"));
        await Wait.UntilAsync(() => player.Messages.Any(message => message.IsPicture), TimeSpan.FromSeconds(20), () => "a picture");

        Random random = new(20);
        SendDatagrams(gateway.WebRtcPort, random);
        await SendStreamsAsync(gateway.RtmpPort, random);

        int before = player.Messages.Count(message => message.IsPicture);
        await Wait.UntilAsync(() => player.Messages.Count(message => message.IsPicture) > before + 60, TimeSpan.FromSeconds(20), () => "60 more pictures");
        await using StackPublisher second = await StackPublisher.StartPionAsync(media, sessions: 1);
        await second.PublishAsync(gateway, ["new"]);
        using RtmpPlayer newPlayer = RtmpPlayer.Start(gateway.RtmpAddress("new"));
        await Wait.UntilAsync(() => newPlayer.Messages.Any(message => message.IsSound), TimeSpan.FromSeconds(20), () => "sound of the new stream");
        Assert.DoesNotContain("Unhandled", gateway.Log, StringComparison.OrdinalIgnoreCase);
    }

    private static double Held(string metrics, string kind)
    {
        string line = Assert.Single(
            metrics.Split('\n'),
            line => line.StartsWith("mediagateway_resources", StringComparison.Ordinal) && line.Contains($"kind=\"{kind}\"", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    // Every first byte decides how a datagram is read (RFC 7983): STUN, DTLS, RTP and RTCP are all among them.
    private static void SendDatagrams(int port, Random random)
    {
        using UdpClient client = new();
        IPEndPoint gateway = new(IPAddress.Loopback, port);
        byte[] datagram = new byte[1500];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(datagram);
            datagram[0] = (byte)i;
            client.Send(datagram.AsSpan(0, random.Next(datagram.Length)), gateway);
        }
    }

    private static async Task SendStreamsAsync(int port, Random random)
    {
        byte[] bytes = new byte[8192];
        for (int i = 0; i < 50; i++)
        {
            using TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, port);
            random.NextBytes(bytes);
            bytes[0] = (byte)(i % 2 == 0 ? 3 : i); // with and without the version that RTMP has
            try
            {
                await client.GetStream().WriteAsync(bytes);
                await client.GetStream().WriteAsync(bytes);
            }
            catch (IOException)
            {
                // The gateway may hang up at the first wrong byte.
            }
        }
    }
}
