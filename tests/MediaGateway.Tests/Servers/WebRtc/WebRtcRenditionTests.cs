using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>Viewers over WebRTC of streams with B-frames: the way from the stream through the rendition to the viewer, and what they are told.</summary>
public sealed class WebRtcRenditionTests
{
    private const int Group = 10;

    [Fact]
    public async Task StreamHasBFrames_ViewersShareOneConversionWhichEndsWithTheLast()
    {
        await using WebRtcServerHost host = await StartAsync();
        PassingTranscoders transcoders = TranscodersOf(host);
        using FedStream stream = FedStream.Publish(host, "show", group: Group, reordered: true);
        LiveStream source = stream.Lease.Stream;
        await UntilAsync(() => source.HasBFrames, "the B-frames are seen");
        Assert.Equal(0, transcoders.Created);

        using LoopbackViewer one = host.Play("show");
        using LoopbackViewer two = host.Play("show");
        await UntilAsync(() => one.Pictures.Count > 20 && two.Pictures.Count > 20 && one.Sounds > 20, "pictures and sound");

        Assert.Equal((1, 2), (transcoders.Created, source.Viewers));
        Assert.True(one.Pictures[0].IsKeyframe);
        Assert.Equal("BFrames+", Assert.Single(one.Heard, heard => heard != "flows"));
        Assert.Equal("The stream has B-frames, which WebRTC cannot carry: the gateway converts the pictures.", one.Words);
        Assert.True(source.Snapshot().HasBFrames);

        Assert.True(host.Publishing.TryEnd(one.SessionId, SessionEndReason.Completed, ""));
        await UntilAsync(() => one.End is not null, "the first viewer's end");
        int before = two.Pictures.Count;
        await UntilAsync(() => two.Pictures.Count > before + Group, "the second viewer goes on");
        Assert.Equal(1, transcoders.Alive);
        Assert.True(host.Publishing.TryEnd(two.SessionId, SessionEndReason.Completed, ""));
        await UntilAsync(() => transcoders.Alive == 0, "the conversion ends");
        Assert.Equal(0, source.Viewers);
    }

    [Fact]
    public async Task NoConverterIsFree_TheViewerIsToldAndHearsSoundUntilOneIs()
    {
        await using WebRtcServerHost host = await StartAsync();
        using FedStream first = FedStream.Publish(host, "one", group: Group, reordered: true);
        using FedStream second = FedStream.Publish(host, "two", group: Group, reordered: true);
        using LoopbackViewer lucky = host.Play("one");
        await UntilAsync(() => lucky.Pictures.Count > 0, "pictures of the first stream");

        using LoopbackViewer poor = host.Play("two");
        await UntilAsync(() => poor.Sounds > 20, "sound of the second stream");
        Assert.Empty(poor.Pictures);
        Assert.Equal(
            "The stream has B-frames, which WebRTC cannot carry: there is no picture. "
            + "The gateway already converts the pictures of 1 streams, the most that it is set to.",
            poor.Words);

        Assert.True(host.Publishing.TryEnd(lucky.SessionId, SessionEndReason.Completed, ""));
        await UntilAsync(() => poor.Pictures.Count > 0, "pictures of the second stream");
        Assert.Equal("The stream has B-frames, which WebRTC cannot carry: the gateway converts the pictures.", poor.Words);
    }

    [Fact]
    public async Task NextPublisherHasNoBFrames_TheViewerGetsItsPicturesAsTheyAre()
    {
        await using WebRtcServerHost host = await StartAsync();
        FedStream first = FedStream.Publish(host, "show", group: Group, reordered: true);
        using LoopbackViewer viewer = host.Play("show");
        await UntilAsync(() => viewer.Pictures.Count > 0, "converted pictures");
        first.Stop(StreamEndReason.PublisherLost);
        int before = viewer.Pictures.Count;

        using FedStream second = FedStream.Publish(host, "show", group: Group);

        await UntilAsync(() => viewer.Pictures.Count > before + 20, "pictures of the second publisher");
        Assert.Equal(["BFrames+", "BFrames-"], viewer.Heard.Where(heard => heard != "flows"));
        await UntilAsync(() => TranscodersOf(host).Alive == 0, "the conversion ends");
        Assert.Null(viewer.End);
    }

    private static Task<WebRtcServerHost> StartAsync() => WebRtcServerHost.StartAsync(
        video: options => (options.MaximumTranscoders, options.Linger) = (1, TimeSpan.Zero),
        replace: services => services.AddSingleton<IVideoTranscoderFactory>(
            provider => new PassingTranscoders(provider.GetRequiredService<BufferPool>())));

    private static PassingTranscoders TranscodersOf(WebRtcServerHost host) =>
        (PassingTranscoders)host.Services.GetRequiredService<IVideoTranscoderFactory>();

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);
}
