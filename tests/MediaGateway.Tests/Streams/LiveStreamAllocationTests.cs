using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class LiveStreamAllocationTests
{
    private static readonly FlvTagFormat Further = TestFrames.FurtherFormat(TrackKind.Video, 1);

    [Fact]
    public void PublishingToManyOutlets_AllocatesNothing()
    {
        var pool = new BufferPool();
        using var hub = new TestHub(pool);
        var frames = new TestFrames(pool);
        using PublishLease lease = hub.Publish("test", new FakePublisher());
        for (int outlet = 0; outlet < 10; outlet++)
        {
            lease.Stream.Attach(new DiscardingOutlet(), new SubscriptionOptions(AudioPreference.Opus, StartPoint.CachedGroup));
        }

        MediaFrame[] all = Seconds(frames, from: 0, count: 16);
        int next = 0;
        Assert.Equal(0, Allocation.Of(all.Length / 2, () => lease.Publish(all[next++])));
    }

    [Fact]
    public void PublisherThatContinuesAStream_CostsOneObjectPerFrameHoweverManyOutlets()
    {
        const int FrameObjectBytes = 144;
        var pool = new BufferPool();
        using var hub = new TestHub(pool);
        var frames = new TestFrames(pool);
        PublishLease first = hub.Publish("test", new FakePublisher());
        for (int outlet = 0; outlet < 10; outlet++)
        {
            first.Stream.Attach(new DiscardingOutlet(), new SubscriptionOptions(AudioPreference.Opus, StartPoint.CachedGroup));
        }

        Publish(first, Seconds(frames, from: 0, count: 8));
        first.End(StreamEndReason.PublisherLost);
        using PublishLease lease = hub.Publish("test", new FakePublisher());
        MediaFrame[] all = Seconds(frames, from: 0, count: 16);
        int next = 0;
        Assert.InRange(Allocation.Of(all.Length / 2, () => lease.Publish(all[next++])), 0, all.Length / 2 * FrameObjectBytes);
    }

    private static MediaFrame[] Seconds(TestFrames frames, int from, int count)
    {
        var made = new List<MediaFrame>();
        for (int time = from * 1000; time < (from + count) * 1000; time += 20)
        {
            made.Add(time % 2000 == 0 ? frames.Key(time) : frames.Delta(time));
            made.Add(frames.Sound(time));
            made.Add(frames.Data(time));
            made.Add(frames.Further(Further, time));
        }

        return [.. made];
    }

    private static void Publish(PublishLease lease, MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            lease.Publish(frame);
        }
    }

    private sealed class DiscardingOutlet : IStreamOutlet
    {
        public void Start(StreamFormats formats)
        {
        }

        public void Deliver(MediaFrame frame) => frame.Release();

        public void Describe(StreamMetadata metadata)
        {
        }

        public void End(StreamEndReason reason)
        {
        }
    }
}
