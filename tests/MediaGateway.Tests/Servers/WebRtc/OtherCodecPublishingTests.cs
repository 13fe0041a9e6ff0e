using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Servers.Whip;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>Publishers of VP8, through FFmpeg's decoder and its H.264 encoder.</summary>
public sealed class OtherCodecPublishingTests
{
    private static readonly Vp8Clip Large = Vp8Clip.Encode(96, 64, 30);
    private static readonly Vp8Clip Small = Vp8Clip.Encode(64, 48, 15);

    [Fact]
    public async Task PublishesVp8_TheStreamIsH264AndItsSoundAsItCame()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = Publish(host, "camera");

        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot() is { VideoFrames: > 10, AudioFrames: > 10 }, "ten frames of both kinds");

        H264Format format = Assert.IsType<H264Format>(stream.Snapshot().Video);
        Assert.Equal((96, 64), (format.Width, format.Height));
        Assert.IsType<OpusFormat>(stream.Snapshot().Audio);
        Assert.False(stream.HasBFrames);
        Assert.Equal(1, publisher.FlowReports);
        Assert.Null(publisher.End);
    }

    [Fact]
    public async Task AViewerNeedsAKeyframe_TheEncoderMakesItAndThePublisherIsNotAsked()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = Publish(host, "camera");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        var outlet = new KeyframeCounter();
        Assert.True(stream.Attach(outlet, new SubscriptionOptions(AudioPreference.Opus, StartPoint.NextKeyframe)));
        await UntilAsync(() => outlet.Keyframes > 0, "the first keyframe");
        int asked = publisher.KeyframeRequests;

        for (int more = 1; more <= 2; more++)
        {
            int before = outlet.Keyframes;
            await UntilAsync(
                () =>
                {
                    stream.RequestKeyframe();
                    return outlet.Keyframes > before;
                },
                "another keyframe");
        }

        Assert.Equal(asked, publisher.KeyframeRequests);
    }

    [Fact]
    public async Task PictureIsBroken_ThePublisherIsAskedForAKeyframeAndTheStreamGoesOn()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = Publish(host, "camera");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot() is { VideoFrames: > 3 }, "pictures");
        int asked = publisher.KeyframeRequests;

        publisher.Clip = Large.WithPicture(5, [0x11, 0x02]); // A picture that ends within its header.

        await UntilAsync(() => publisher.KeyframeRequests > asked, "the request for a keyframe");
        publisher.Clip = Large;
        long before = stream.Snapshot().VideoFrames;
        await UntilAsync(() => stream.Snapshot().VideoFrames > before + 10, "the stream goes on");
        Assert.Null(publisher.End);
    }

    [Fact]
    public async Task PublishesVp8ByWhip_TheStreamIsH264()
    {
        await using WhipHost host = await WhipHost.StartRealAsync();
        using var publisher = LoopbackPublisher.OfVp8("whip", Large);
        WhipAnswer answer = await host.SendAsync("POST", "/whip/camera", publisher.Offer);
        Assert.True(answer.Status == 201, answer.Text);
        publisher.Start(answer.Text);

        await UntilAsync(() => host.Streams.Find(TestHub.Key("camera"))?.Snapshot() is { Video: H264Format, VideoFrames: > 10 }, "pictures as H.264");
        Assert.Equal(200, (await host.SendAsync("DELETE", answer.Location)).Status);
    }

    [Fact]
    public async Task PicturesChangeTheirSize_TheStreamFollows()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync();
        using LoopbackPublisher publisher = Publish(host, "camera");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot().Video is H264Format { Width: 96 }, "the first size");

        publisher.Clip = Small;

        await UntilAsync(() => stream.Snapshot().Video is H264Format { Width: 64, Height: 48 }, "the second size");
        Assert.Null(publisher.End);
    }

    [Fact]
    public async Task NoTranscoderIsFree_TheNextIsRefusedInWordsUntilOneIs()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(video: options => options.MaximumTranscoders = 1);
        using LoopbackPublisher first = Publish(host, "first");
        using var second = LoopbackPublisher.OfVp8("the second", Large);

        Assert.False(host.TryPublish("second", second, out _, out string? refusal));
        Assert.Contains("does not send H.264", refusal);
        Assert.Contains("already converts the pictures of 1 streams", refusal);
        Assert.Null(host.Streams.Find(TestHub.Key("second")));
        using LoopbackPublisher plain = host.Publish("plain");

        Assert.True(host.Publishing.TryEnd(first.SessionId, SessionEndReason.Completed, "Stopped by user"));
        await UntilAsync(() => host.TryPublish("second", second, out _, out _), "the transcoder is free again");
        Assert.Null(host.Streams.Find(TestHub.Key("first")));
    }

    [Fact]
    public async Task NameIsTaken_TheTranscoderIsGivenBack()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(video: options => options.MaximumTranscoders = 1);
        using LoopbackPublisher plain = host.Publish("camera");
        using var late = LoopbackPublisher.OfVp8("late", Large);

        Assert.False(host.TryPublish("camera", late, out _, out string? refusal));
        Assert.Equal(StreamRegistry.NameInUse, refusal);

        Assert.True(host.TryPublish("another", late, out _, out refusal), refusal);
    }

    [Fact]
    public async Task SwitchedOff_IsRefusedInWords()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(video: options => options.AcceptOtherCodecs = false);
        using var publisher = LoopbackPublisher.OfVp8("vp8", Large);

        Assert.False(host.TryPublish("camera", publisher, out _, out string? refusal));

        Assert.Equal(
            "This browser offers no H.264 video (it offers VP8). RTMP players need H.264, so publish from a browser that has it.", refusal);
    }

    [Fact]
    public async Task PublisherIsEnded_ItsMemoryIsGivenBack()
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(video: options => options.MaximumTranscoders = 1);
        using LoopbackPublisher publisher = Publish(host, "camera");
        LiveStream stream = host.Streams.Find(TestHub.Key("camera"))!;
        await UntilAsync(() => stream.Snapshot() is { VideoFrames: > 10 }, "pictures");

        Assert.True(host.Publishing.TryEnd(publisher.SessionId, SessionEndReason.Completed, "Stopped by user"));

        await UntilAsync(() => publisher.End is not null, "the end");
        await UntilAsync(() => host.Buffers.Outstanding(BufferOwner.Frame) == 0, "all frames given back");
    }

    private static LoopbackPublisher Publish(WebRtcServerHost host, string name)
    {
        var publisher = LoopbackPublisher.OfVp8($"{name} of VP8", Large);
        Assert.True(host.TryPublish(name, publisher, out string? answer, out string? refusal), refusal);
        publisher.Start(answer!);
        return publisher;
    }

    private static Task UntilAsync(Func<bool> condition, string what) => RtmpServerHost.UntilAsync(condition, what);

    /// <summary>Counts keyframes of the stream, which come on the transcoder's thread.</summary>
    private sealed class KeyframeCounter : IStreamOutlet
    {
        private int _keyframes;

        public int Keyframes => Volatile.Read(ref _keyframes);

        public void Start(StreamFormats formats)
        {
        }

        public void Deliver(MediaFrame frame)
        {
            Interlocked.Add(ref _keyframes, frame is { Kind: TrackKind.Video, IsKeyframe: true } ? 1 : 0);
            frame.Release();
        }

        public void Describe(StreamMetadata metadata)
        {
        }

        public void End(StreamEndReason reason)
        {
        }
    }
}
