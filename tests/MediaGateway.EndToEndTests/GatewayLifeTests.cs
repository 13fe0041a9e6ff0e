using System.Net;
using System.Net.Sockets;
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
    [Fact]
    public async Task Started_SaysInWordsWhereEverythingIs()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();

        await Wait.UntilAsync(() => gateway.Log.Contains("is running", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => gateway.Log);
        Assert.Contains(gateway.Page.Authority, gateway.Log);
        Assert.Contains($"rtmp://127.0.0.1:{gateway.RtmpPort}/live/", gateway.Log);
        Assert.Contains($"UDP port {gateway.WebRtcPort}", gateway.Log);
        Assert.Contains("127.0.0.1", gateway.Log);
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
    public async Task TerminatedWhilePublishingAndPlaying_EndsWithStatusZeroAndPlayersEnd()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(320, 180, "300k");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using StackPublisher publisher = await StackPublisher.StartPionAsync(media, sessions: 1);
        await publisher.PublishAsync(gateway, ["end"]);
        string file = folder.File("end.flv");
        Task recording = FfmpegRecorder.RecordAsync(gateway.RtmpAddress("end"), TimeSpan.FromSeconds(60), file);
        await FfmpegRecorder.WaitForMediaAsync(file);

        Assert.Equal(0, await gateway.StopAsync());
        await recording.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
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
