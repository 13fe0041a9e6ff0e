using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>
/// Clients of WHIP (RFC 9725) that share no code with the gateway publish; ffmpeg watches over RTMP. Needs GStreamer 1.22 and Pion 3.1 of
/// the system's packages, ffmpeg and curl.
/// </summary>
[Collection(Lane.Browser)]
public sealed class WhipConformanceTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan RestartLength = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task GStreamerPublishesWithCredentialsAtTheAddressOfMediaMtx_AndDeletes()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(640, 360, "1M");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using WhipClient client = await WhipClient.PublishWithGStreamerAsync(media, new Uri(gateway.Page, "live/gstreamer/whip"), "anna:secret");
        Assert.StartsWith("/whip/live/gstreamer/", client.Location, StringComparison.Ordinal);

        await AssertArrivesAsync(gateway, "gstreamer", folder, "WHIP from GStreamer");
        await AssertDeletesAsync(gateway, client, "gstreamer");
    }

    [Fact]
    public async Task PionTrickles_RestartsIceWithinOneSessionAndDeletes()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(640, 360, "1M");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync();
        await using WhipClient client = await WhipClient.PublishWithPionAsync(media, new Uri(gateway.Page, "whip/pion"), "a-token");
        int[] trickled = client.Statuses("trickled");
        Assert.InRange(trickled.Length, 2, 20);
        Assert.All(trickled, status => Assert.Equal(204, status));

        string file = folder.File("pion.flv");
        Task recording = FfmpegRecorder.RecordAsync(gateway.RtmpAddress("pion"), RestartLength, file);
        await FfmpegRecorder.WaitForMediaAsync(file);
        await client.RestartIceAsync();
        await recording;

        Assert.Equal([200], client.Statuses("restarted"));
        Assert.Equal([412, 204], client.Statuses("trickled")[trickled.Length..]); // the tag before, and the new one
        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, RestartLength.TotalSeconds - 3);
        double gap = received.Pictures.Zip(received.Pictures.Skip(1), (one, next) => next.Seconds - one.Seconds).Max();
        Measurements.Note($"WHIP from Pion: ICE restarted in mid-call, longest time between two pictures {gap * 1000:0} ms");
        Assert.InRange(gap, 0, 4 * 0.5);
        await AssertDeletesAsync(gateway, client, "pion");
    }

    // SPS and PPS in packets of their own, several slices, sender reports of no time, attributes of the session, an absolute Location.
    [Fact]
    public async Task ClientLikeObsPublishes_PicturesAndSoundArriveTogether()
    {
        using WorkFolder folder = new();
        PublisherMedia media = await PublisherMedia.CreateAsync(640, 360, "1M", slices: 4);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Whip__PublicUrl"] = $"http://localhost:{GatewayProcess.HttpPortPlaceholder}/",
        });
        await using WhipClient client = await WhipClient.PublishWithPionAsync(
            media, new Uri(gateway.Page, "whip/obs"), "streamkey", likeObs: true);
        Assert.StartsWith($"http://localhost:{gateway.Page.Port}/whip/live/obs/", client.Location, StringComparison.Ordinal);

        await AssertArrivesAsync(gateway, "obs", folder, "WHIP from a client like OBS");
        await AssertDeletesAsync(gateway, client, "obs");
    }

    private static async Task AssertArrivesAsync(GatewayProcess gateway, string stream, WorkFolder folder, string what)
    {
        string file = folder.File($"{stream}.flv");
        await FfmpegRecorder.RecordAsync(gateway.RtmpAddress(stream), Length, file);
        DecodedMedia received = await RecordedStream.AssertSoundAsync(file, Length.TotalSeconds - 3);
        int period = received.Pictures.Max(picture => picture.Counter!.Value) + 1;
        Assert.All(
            received.Pictures.Zip(received.Pictures.Skip(1)),
            pair => Assert.Equal((pair.First.Counter + 1) % period, pair.Second.Counter % period));
        LipSync sync = LipSync.Measure(received);
        Measurements.Note($"{what}: {received.Pictures.Count} pictures, none missing; lip sync, flash minus beep {sync.Median:0.0} ms (spread {sync.Spread:0.0})");
        Assert.InRange(Math.Abs(sync.Median), 0, Limits.Time(20));
    }

    private static async Task AssertDeletesAsync(GatewayProcess gateway, WhipClient client, string stream)
    {
        await client.DeleteAsync();
        Assert.Equal([200, 404], client.Statuses("deleted"));
        await gateway.WaitForEndOfStreamAsync(stream, EndLimit);
    }
}
