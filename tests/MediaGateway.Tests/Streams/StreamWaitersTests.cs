using MediaGateway.Media.Memory;
using MediaGateway.Streams;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class StreamWaitersTests : IDisposable
{
    private readonly TestHub _hub = new(new BufferPool());
    private readonly List<LiveStream> _told = [];

    public void Dispose() => _hub.Dispose();

    [Fact]
    public void SomebodyPublishes_EveryWaiterOfThatNameIsToldOnce()
    {
        Assert.NotNull(_hub.Registry.WaitFor(TestHub.Key("a"), _told.Add));
        Assert.NotNull(_hub.Registry.WaitFor(TestHub.Key("a"), _told.Add));
        Assert.NotNull(_hub.Registry.WaitFor(TestHub.Key("b"), _ => Assert.Fail("That name is another.")));
        PublishLease lease = _hub.Publish("a", new FakePublisher());
        Assert.Equal([lease.Stream, lease.Stream], _told);
        lease.Dispose();
        _hub.Publish("a", new FakePublisher()).Dispose();
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void StreamIsThereAlready_TheWaiterIsToldAtOnce()
    {
        using PublishLease lease = _hub.Publish("a", new FakePublisher());
        _hub.Registry.WaitFor(TestHub.Key("a"), _told.Add)!.Dispose();
        Assert.Equal([lease.Stream], _told);
    }

    [Fact]
    public void WaitIsGivenUp_NobodyIsCalled()
    {
        IDisposable wait = _hub.Registry.WaitFor(TestHub.Key("a"), _told.Add)!;
        wait.Dispose();
        wait.Dispose();
        _hub.Publish("a", new FakePublisher()).Dispose();
        Assert.Empty(_told);
    }

    [Fact]
    public void Observer_HearsOfEveryStreamOnceUntilItIsDisposed()
    {
        IDisposable observer = _hub.Registry.NotifyPublished(_told.Add);
        using PublishLease first = _hub.Publish("a", new FakePublisher());
        PublishLease second = _hub.Publish("b", new FakePublisher());
        second.End(StreamEndReason.PublisherLost);
        using PublishLease next = _hub.Publish("b", new FakePublisher());
        Assert.Equal([first.Stream, second.Stream], _told);
        observer.Dispose();
        using PublishLease third = _hub.Publish("c", new FakePublisher());
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void TooManyWait_TheNextIsRefusedUntilOneEnds()
    {
        IDisposable[] waits = [.. Enumerable.Range(0, StreamWaiters.MaximumWaiters).Select(
            number => _hub.Registry.WaitFor(TestHub.Key($"s{number % 100}"), _told.Add)!)];
        Assert.Null(_hub.Registry.WaitFor(TestHub.Key("a"), _told.Add));
        waits[7].Dispose();
        waits[7].Dispose();
        Assert.NotNull(_hub.Registry.WaitFor(TestHub.Key("a"), _told.Add));
        Assert.Null(_hub.Registry.WaitFor(TestHub.Key("a"), _told.Add));
        _hub.Publish("s1", new FakePublisher()).Dispose();
        Assert.Equal(100, _told.Count);
        Assert.NotNull(_hub.Registry.WaitFor(TestHub.Key("a"), _told.Add));
    }

    [Fact]
    public void WaitAndPublishAtOnceThousandTimes_TheWaiterIsToldExactlyOnce()
    {
        using var barrier = new Barrier(2);
        for (int round = 0; round < 1000; round++)
        {
            int told = 0;
            var waiter = new Thread(() =>
            {
                barrier.SignalAndWait();
                _hub.Registry.WaitFor(TestHub.Key("raced"), _ => Interlocked.Increment(ref told));
            });
            waiter.Start();
            barrier.SignalAndWait();
            PublishLease lease = _hub.Publish("raced", new FakePublisher());
            waiter.Join();
            Assert.Equal(1, told);
            lease.Dispose();
        }
    }
}
