using MediaGateway.Servers.Rtmp.FanOut;
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
