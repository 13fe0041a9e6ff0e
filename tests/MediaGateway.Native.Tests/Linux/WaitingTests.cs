using System.Net.Sockets;
using MediaGateway.Native.Linux;
using Xunit;

namespace MediaGateway.Native.Tests.Linux;

public sealed class WaitingTests
{
    [Fact]
    public void SignalledEvent_WakesThePollerOnceUntilCleared()
    {
        using var wake = new EventFd();
        using var poller = new Poller(wake.Handle);
        Assert.Equal(0, poller.Wait(TimeSpan.Zero));
        Assert.False(poller.IsReadable(0));

        wake.Signal();
        wake.Signal();
        Assert.Equal(1, poller.Wait(TimeSpan.MaxValue));
        Assert.True(poller.IsReadable(0));

        wake.Clear();
        Assert.Equal(0, poller.Wait(TimeSpan.FromMicroseconds(1)));
        wake.Signal();
        Assert.Equal(1, poller.Wait(TimeSpan.MaxValue));
    }

    [Fact]
    public void SignalsFromManyThreads_AreNeverLost()
    {
        using var wake = new EventFd();
        using var poller = new Poller(wake.Handle);
        int posted = 0;
        Thread[] posters = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int index = 0; index < 5000; index++)
            {
                Interlocked.Increment(ref posted);
                wake.Signal();
            }
        })).ToArray();
        Array.ForEach(posters, poster => poster.Start());
        int seen = 0;
        while (seen < 20_000)
        {
            // Would wait for ever (and the test with it) if a signal were lost.
            Assert.NotEqual(0, poller.Wait(TimeSpan.FromSeconds(30)));
            wake.Clear();
            seen = Volatile.Read(ref posted);
        }

        Array.ForEach(posters, poster => poster.Join());
    }

    [Fact]
    public void WritableSocket_IsReportedOnlyWhenAskedFor()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            using var poller = new Poller(near.SafeHandle);
            Assert.Equal(0, poller.Wait(TimeSpan.Zero));
            poller.WaitForWritable(0, wanted: true);
            Assert.Equal(1, poller.Wait(TimeSpan.MaxValue));
            Assert.True(poller.IsWritable(0));
            Assert.False(poller.IsReadable(0));
        }
    }

    [Fact]
    public void Queue_ReportsTokensOfWhatHappened()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            using var wake = new EventFd();
            using var queue = new EventQueue();
            queue.Add(wake.Handle, EventInterest.Readable, 7);
            queue.Add(near.SafeHandle, EventInterest.Readable | EventInterest.PeerClosed, ulong.MaxValue - 1);
            QueuedEvent[] events = new QueuedEvent[8];
            Assert.Equal(0, queue.Wait(events, TimeSpan.Zero));

            wake.Signal();
            far.Send("x"u8);
            Dictionary<ulong, EventInterest> seen = [];
            while (seen.Count < 2)
            {
                int count = queue.Wait(events, TimeSpan.FromSeconds(30));
                Assert.NotEqual(0, count);
                foreach (QueuedEvent happened in events[..count])
                {
                    seen[happened.Token] = happened.Events;
                }
            }

            Assert.Equal(EventInterest.Readable, seen[7]);
            Assert.Equal(EventInterest.Readable, seen[ulong.MaxValue - 1]);

            wake.Clear();
            queue.Modify(near.SafeHandle, EventInterest.Writable, 9);
            Assert.Equal(1, queue.Wait(events, TimeSpan.FromSeconds(30)));
            Assert.Equal(new QueuedEvent(9, EventInterest.Writable), events[0]);

            queue.Remove(near.SafeHandle);
            Assert.Equal(0, queue.Wait(events, TimeSpan.Zero));
        }
    }

    [Fact]
    public void EdgeTriggered_ReportsAChangeOnce()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        using (far)
        {
            using var queue = new EventQueue();
            queue.Add(near.SafeHandle, EventInterest.Writable | EventInterest.EdgeTriggered, 1);
            QueuedEvent[] events = new QueuedEvent[8];
            Assert.Equal(1, queue.Wait(events, TimeSpan.FromSeconds(30)));
            Assert.Equal(0, queue.Wait(events, TimeSpan.Zero));
        }
    }

    [Fact]
    public void ClosedPeer_IsReported()
    {
        (Socket near, Socket far) = LoopbackPair.Connect();
        using (near)
        {
            using var queue = new EventQueue();
            queue.Add(near.SafeHandle, EventInterest.PeerClosed, 1);
            far.Dispose();
            QueuedEvent[] events = new QueuedEvent[8];
            Assert.Equal(1, queue.Wait(events, TimeSpan.FromSeconds(30)));
            Assert.True(events[0].Events.HasFlag(EventInterest.PeerClosed));
        }
    }
}
