using MediaGateway.Configuration;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>Viewers over WebRTC who choose a level: at the start, while they play, and when it is not to be had.</summary>
public sealed class WebRtcQualityTests
{
    private const int Group = 10;
    private const int LargeBytes = 1500;
    private const int SmallBytes = 400;

    [Fact]
    public async Task ViewerAsksForALevel_GetsItAndChangesItWithinTheSession()
    {
        await using WebRtcServerHost host = await StartAsync();
        using FedStream source = FedStream.Publish(host, "show", group: Group);
        using FedStream level = FedStream.Publish(host, "show_480p", group: Group);
        level.PictureBytes = SmallBytes;
        using LoopbackViewer viewer = host.Play("show", quality: "480p");
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > Group, "pictures of the level");
        Assert.All(viewer.Pictures.Skip(Group), picture => Assert.InRange(picture.Payload.Length, 1, LargeBytes - 1));
        Assert.Equal((1, 0), (source.Lease.Stream.Viewers, level.Lease.Stream.Viewers));

        await ChangeAsync(host, viewer, "source", bytes => bytes >= LargeBytes);
        await ChangeAsync(host, viewer, "480p", bytes => bytes < LargeBytes);
        Assert.Null(viewer.End);
        Assert.DoesNotContain(viewer.Heard, heard => heard.StartsWith("Quality", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LevelIsNotToBeHad_TheViewerIsToldAndGetsTheStream()
    {
        await using WebRtcServerHost host = await StartAsync();
        using FedStream source = FedStream.Publish(host, "show", group: Group);
        using LoopbackViewer viewer = host.Play("show", quality: "999p");
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > 0, "pictures of the stream");
        Assert.Equal("The level that was asked for is not to be had. The stream has no such level.", viewer.Words);
        Assert.True(host.Publishing.TrySetQuality(viewer.SessionId, "source"));
        await RtmpServerHost.UntilAsync(() => viewer.Heard.Contains("Quality-"), "the notice is taken back");
        Assert.False(host.Publishing.TrySetQuality("nobody", "source"));
    }

    [Fact]
    public async Task LevelEnds_TheViewerGoesOnWithTheStream()
    {
        await using WebRtcServerHost host = await StartAsync();
        using FedStream source = FedStream.Publish(host, "show", group: Group);
        FedStream level = FedStream.Publish(host, "show_480p", group: Group);
        level.PictureBytes = SmallBytes;
        using LoopbackViewer viewer = host.Play("show", quality: "480p");
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > 0, "pictures of the level");
        level.Dispose();
        await RtmpServerHost.UntilAsync(() => viewer.Pictures[^1].Payload.Length >= LargeBytes, "pictures of the stream");
        Assert.Null(viewer.End);
    }

    private static async Task ChangeAsync(WebRtcServerHost host, LoopbackViewer viewer, string quality, Func<int, bool> isRight)
    {
        int before = viewer.Pictures.Count;
        Assert.True(host.Publishing.TrySetQuality(viewer.SessionId, quality));
        await RtmpServerHost.UntilAsync(() => viewer.Pictures.Count > before && isRight(viewer.Pictures[^1].Payload.Length), $"pictures of {quality}");

        // The first picture of the other level is a keyframe.
        Assert.True(viewer.Pictures.Skip(before).First(picture => isRight(picture.Payload.Length)).IsKeyframe);
    }

    private static Task<WebRtcServerHost> StartAsync() => WebRtcServerHost.StartAsync(
        replace: services => services.Configure<LadderOptions>(options => options.Default = LadderOptions.StandardName));
}
