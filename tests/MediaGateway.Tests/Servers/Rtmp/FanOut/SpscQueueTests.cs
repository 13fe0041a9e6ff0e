using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

public sealed class SpscQueueTests
{
    [Fact]
    public void Full_RefusesUntilSomethingIsTaken()
    {
        var queue = new SpscQueue<int>(4);
        for (int value = 0; value < 4; value++)
        {
            Assert.True(queue.TryEnqueue(value));
        }

        Assert.False(queue.TryEnqueue(4));
        Assert.True(queue.TryDequeue(out int first));
        Assert.Equal(0, first);
        Assert.True(queue.TryEnqueue(4));
    }

    [Fact]
    public void Peek_ShowsItemsInOrderAndLeavesThem()
    {
        var queue = new SpscQueue<string>(2);
        queue.TryEnqueue("a");
        queue.TryDequeue(out _);
        queue.TryEnqueue("b");
        queue.TryEnqueue("c");

        Assert.Equal("b", queue.Peek(0));
        Assert.Equal("c", queue.Peek(1));
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public void Growing_KeepsTheOrderAndLetsEverythingBePeekedAt()
    {
        var queue = new SpscQueue<int>(256);
        int next = 0;
        int expected = 0;
        for (int round = 1; round <= 40; round++)
        {
            for (int count = 0; count < round && queue.TryEnqueue(next); count++)
            {
                next++;
            }

            for (int place = 0; place < queue.Count; place++)
            {
                Assert.Equal(expected + place, queue.Peek(place));
            }

            for (int count = 0; count < round / 2; count++)
            {
                Assert.True(queue.TryDequeue(out int value));
                Assert.Equal(expected++, value);
            }
        }

        while (queue.TryEnqueue(next))
        {
            next++;
        }

        Assert.Equal(256, queue.Count);
        while (queue.TryDequeue(out int value))
        {
            Assert.Equal(expected++, value);
        }

        Assert.Equal(next, expected);
    }

    [Fact]
    public void SteadyState_AllocatesNothing()
    {
        var queue = new SpscQueue<string>(256);
        long allocated = Allocation.Of(100, () =>
        {
            for (int count = 0; count < 50; count++)
            {
                queue.TryEnqueue("a");
            }

            while (queue.TryDequeue(out _))
            {
            }
        });

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Empty_HoldsFewPlaces()
    {
        var queue = new SpscQueue<ViewerCommand>(Viewer.MaxCommands);
        Assert.InRange(Allocation.Of(20, () => queue = new SpscQueue<ViewerCommand>(Viewer.MaxCommands)) / 20, 1, 1024);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void TwoThreads_NothingIsLostOrOutOfOrder()
    {
        const int Values = 1_000_000;
        var queue = new SpscQueue<int>(64);
        var producer = new Thread(() =>
        {
            for (int value = 0; value < Values;)
            {
                if (queue.TryEnqueue(value))
                {
                    value++;
                }
                else
                {
                    Thread.Yield();
                }
            }
        });
        producer.Start();

        int expected = 0;
        while (expected < Values)
        {
            if (queue.TryDequeue(out int value))
            {
                Assert.Equal(expected, value);
                expected++;
            }
            else
            {
                Thread.Yield();
            }
        }

        producer.Join();
        Assert.Equal(0, queue.Count);
    }
}
