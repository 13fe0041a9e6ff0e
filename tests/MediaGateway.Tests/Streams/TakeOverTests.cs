using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class TakeOverTests : IDisposable
{
    private static readonly SubscriptionOptions FromCache = new(AudioPreference.Opus, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions FromNext = new(AudioPreference.Opus, StartPoint.NextKeyframe);

    private readonly TrackingBufferPool _pool = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly FakePublisher _old = new();
    private readonly FakePublisher _new = new();
    private readonly TestFrames _frames;
    private readonly TestHub _hub;

    public TakeOverTests()
    {
        _hub = new TestHub(_pool, new StreamOptions { TakeOver = StreamTakeOver.NewestWins, MaximumStreams = 1 });
        _frames = new TestFrames(_pool);
    }

    public void Dispose()
    {
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void SecondPublisher_TakesTheStreamOverAndTheFirstIsEnded()
    {
        PublishLease old = _hub.Publish("test", _old);
        Publish(old, _frames.Key(0), _frames.Sound(0));
        old.Stream.Attach(_outlet, FromCache);
        _hub.Time.Advance(TimeSpan.FromMilliseconds(40));
        using PublishLease taken = _hub.Publish("test", _new);
        Assert.Equal(SessionEndReason.StreamTakenOver, _old.Ended);
        Assert.Null(_new.Ended);
        Assert.Same(old.Stream, taken.Stream);
        Assert.True(taken.Number > old.Number);
        Assert.Equal((false, true), (old.IsCurrent, taken.IsCurrent));

        Publish(old, _frames.Delta(33));
        Publish(taken, _frames.Key(10_000), _frames.Sound(10_000));
        Publish(old, _frames.Key(66));
        Assert.Equal("K0 S0 K40 S40", _outlet.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EndOfTheFirst_IsWithoutEffect(bool lost)
    {
        PublishLease old = _hub.Publish("test", _old);
        old.Stream.Attach(_outlet, FromCache);
        using PublishLease taken = _hub.Publish("test", _new);
        old.End(lost ? StreamEndReason.PublisherLost : StreamEndReason.Unpublished);
        _hub.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(taken.IsCurrent);
        Assert.Equal(StreamState.Published, taken.Stream.State);
        Assert.Empty(_outlet.Ends);
        taken.Dispose();
        Assert.Equal([StreamEndReason.Unpublished], _outlet.Ends);
    }

    [Fact]
    public void KeyframeRequests_GoToThePublisherOfNow()
    {
        PublishLease old = _hub.Publish("test", _old);
        Publish(old, _frames.Key(0), _frames.Sound(0));
        using PublishLease taken = _hub.Publish("test", _new);
        taken.Stream.Attach(_outlet, FromNext);
        taken.Stream.RequestKeyframe();
        Assert.Equal((0, 1), (_old.KeyframeRequests, _new.KeyframeRequests));
    }

    [Fact]
    public void EndOfTheStream_IsAskedOfThePublisherOfNow()
    {
        _hub.Publish("test", _old);
        using PublishLease taken = _hub.Publish("test", _new);
        taken.Stream.EndPublisher(SessionEndReason.Completed, "test");
        Assert.Equal((SessionEndReason.StreamTakenOver, SessionEndReason.Completed), (_old.Ended, _new.Ended));
    }

    [Fact]
    public void TwoPublishersAtOnceThousandTimes_ExactlyOneFeedsTheStream()
    {
        using var barrier = new Barrier(2);
        for (int round = 0; round < 1000; round++)
        {
            PublishLease[] leases = new PublishLease[2];
            FakePublisher[] publishers = [new(), new()];
            var rival = new Thread(() => Race(1));
            rival.Start();
            Race(0);
            rival.Join();

            int winner = leases[0].Number > leases[1].Number ? 0 : 1;
            Assert.Same(leases[0].Stream, leases[1].Stream);
            Assert.Equal((true, false), (leases[winner].IsCurrent, leases[1 - winner].IsCurrent));
            Assert.Equal((null, SessionEndReason.StreamTakenOver), (publishers[winner].Ended, publishers[1 - winner].Ended));
            leases[1 - winner].Dispose();
            Assert.Single(_hub.Registry.Streams);
            leases[winner].Dispose();
            Assert.Empty(_hub.Registry.Streams);

            void Race(int index)
            {
                barrier.SignalAndWait();
                leases[index] = _hub.Publish("raced", publishers[index]);
                leases[index].Publish(_frames.Key(index));
            }
        }
    }

    private static void Publish(PublishLease lease, params MediaFrame[] frames)
    {
        foreach (MediaFrame frame in frames)
        {
            lease.Publish(frame);
        }
    }
}
