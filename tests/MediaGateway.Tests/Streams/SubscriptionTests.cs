using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class SubscriptionTests
{
    // RTMP counts whole milliseconds: a frame less than one behind the last would get the same stamp.
    [Fact]
    public void SoundGoesOverFromThePublishersOwnToConverted_NextFrameHasALaterMillisecond()
    {
        using var pool = new TrackingBufferPool();
        var frames = new TestFrames(pool);
        var outlet = new RecordingOutlet();
        var subscription = new Subscription(outlet, new SubscriptionOptions(AudioPreference.Aac, StartPoint.CachedGroup), firstGroup: 0);
        var cache = new GroupOfPicturesCache(maximumBytes: 1000);
        subscription.ResolveSound(CodecId.Aac);
        subscription.Start(new StreamFormats(null, TestFrames.Aac), cache);
        Offer(frames.EncoderSound(TestFrames.Aac, 1000));

        subscription.ResolveSound(CodecId.Mp3);
        Offer(frames.AacAt(48_024, TimeSpan.Zero)); // 1000.5 ms
        Offer(frames.AacAt(48_024 + 1024, TimeSpan.Zero));

        Assert.Equal("A1000 A1021", outlet.Text);

        void Offer(MediaFrame frame)
        {
            subscription.Offer(frame, frame.Decoding.ToTimeSpan());
            frame.Release();
        }
    }
}
