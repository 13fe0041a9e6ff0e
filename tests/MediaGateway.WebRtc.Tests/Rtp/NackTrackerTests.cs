using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class NackTrackerTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);
    private static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void Packet_IsRequestedTenTimesAndNoMore()
    {
        var tracker = new NackTracker(requests: true);
        Assert.True(tracker.TryAdd(5, 5, Start));
        int requests = 0;
        while (tracker.NextRequestAt != TimeSpan.MaxValue)
        {
            tracker.MarkRequested(tracker.NextRequestAt, 1, Repeat);
            requests++;
        }

        Assert.Equal(10, requests);
        Assert.Equal(Start, tracker.FirstMissingSince);
    }

    [Fact]
    public void WithoutRequests_OnlyTheTimeIsKept()
    {
        var tracker = new NackTracker(requests: false);
        Assert.True(tracker.TryAdd(5, 9, Start));
        tracker.OnNewest(100, Start);

        Assert.Equal((Start, TimeSpan.MaxValue), (tracker.FirstMissingSince, tracker.NextRequestAt));
    }

    [Fact]
    public void MoreThanTheCapacity_IsRefusedWhole()
    {
        var tracker = new NackTracker(requests: true);
        Assert.True(tracker.TryAdd(0, 999, Start));

        Assert.False(tracker.TryAdd(1000, 1024, Start));
        Assert.True(tracker.TryAdd(1000, 1023, Start));

        tracker.RemoveBelow(1024);
        Assert.Equal(TimeSpan.MaxValue, tracker.FirstMissingSince);
    }

    [Fact]
    public void PacketsInTheMiddle_AreFoundAndRemoved()
    {
        var tracker = new NackTracker(requests: true);
        Assert.True(tracker.TryAdd(10, 12, Start));
        Assert.True(tracker.TryAdd(20, 22, Start + RoundTrip));
        Assert.True(tracker.TryRemove(11, Start, null, RoundTrip, out _));
        Assert.False(tracker.TryRemove(11, Start, null, RoundTrip, out _));
        Assert.False(tracker.TryRemove(15, Start, null, RoundTrip, out _));
        tracker.RemoveBelow(12);

        long[] due = new long[10];
        int count = tracker.CopyDue(TimeSpan.MaxValue, due);

        Assert.Equal([12, 20, 21, 22], due[..count]);
        Assert.Equal(Start, tracker.FirstMissingSince);
    }

    [Fact]
    public void RequestsThatDidNotFit_StayDue()
    {
        var tracker = new NackTracker(requests: true);
        Assert.True(tracker.TryAdd(1, 100, Start));
        TimeSpan due = tracker.NextRequestAt;
        tracker.MarkRequested(due, 64, Repeat);

        long[] rest = new long[100];
        Assert.Equal(36, tracker.CopyDue(due, rest));
        Assert.Equal(65, rest[0]);
        Assert.Equal(due, tracker.NextRequestAt);
    }

    [Fact]
    public void PathThatReorders_GetsMoreTimeUntilItHasLostOftenAgain()
    {
        var tracker = new NackTracker(requests: true);
        Assert.True(tracker.TryAdd(1, 1, Start));
        Assert.True(tracker.TryRemove(1, Start + TimeSpan.FromMilliseconds(12), null, RoundTrip, out _));

        Assert.True(tracker.TryAdd(3, 3, Start + Repeat));
        tracker.OnNewest(10, Start + Repeat);
        Assert.Equal(Start + Repeat + TimeSpan.FromMilliseconds(15), tracker.NextRequestAt);
        tracker.Clear();

        for (int sequence = 100; sequence < 200; sequence++)
        {
            Assert.True(tracker.TryAdd(sequence, sequence, Start));
            tracker.MarkRequested(tracker.NextRequestAt, 1, Repeat);
            Assert.True(tracker.TryRemove(sequence, Start + RoundTrip + RoundTrip, null, RoundTrip, out RepairRequests asked));
            Assert.Equal(1, asked.Count);
        }

        Assert.True(tracker.TryAdd(500, 500, Start));
        tracker.OnNewest(503, Start);
        Assert.Equal(Start, tracker.NextRequestAt);
    }

    [Fact]
    public void LongBurst_IsRequestedInSeveralPackets()
    {
        using var bench = new ReceiverBench(null, ReceiverBench.Video());
        bench.SendVideo(0, 0, true, [0x41, 0x9A, 0x24]);

        bench.SendVideo(301, 3000, true, [0x41, 0x9A, 0x24]);
        bench.Advance(5);

        Assert.Equal(Enumerable.Range(1, 300).Select(sequence => (long)sequence), bench.Feedback.Where(feedback => feedback.Name == "NACK").Select(feedback => feedback.Value));
    }

    [Fact]
    public void BurstTooLongToRepair_IsGivenUpAtOnce()
    {
        using var bench = new ReceiverBench(null, ReceiverBench.Video());
        bench.SendVideo(0, 0, true, [0x41, 0x9A, 0x24]);

        bench.SendVideo(600, 3000, true, [0x41, 0x9A, 0x24]);
        bench.Advance(100);

        Assert.Equal(0, bench.Count("NACK"));
        Assert.Equal(599, bench.Receiver.Statistics.Tracks[0].LostPackets);
    }
}
