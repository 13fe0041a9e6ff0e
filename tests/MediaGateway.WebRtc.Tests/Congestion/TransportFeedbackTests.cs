using MediaGateway.Testing;
using MediaGateway.WebRtc.Congestion;
using MediaGateway.WebRtc.Rtcp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Congestion;

public sealed class TransportFeedbackTests
{
    /// <summary>Over every wrap: feedback count (256), sequence number (65536), and the reference time's sign at 2^23 and end at 2^24.</summary>
    [Theory]
    [InlineData(1L)]
    [InlineData((1L << 23) - 500)]
    [InlineData((1L << 24) - 500)]
    public void Arrivals_AreReadAsTheyWereNotedOverEveryWrap(long startIn64Milliseconds)
    {
        var recorder = new ArrivalRecorder();
        var start = TimeSpan.FromMilliseconds(64 * startIn64Milliseconds);
        ushort sequence = ushort.MaxValue - 1000;
        int feedbacks = 0;
        long read = 0;
        for (int packet = 0; packet < 12_000; packet++, sequence = unchecked((ushort)(sequence + 1)))
        {
            TimeSpan now = start + TimeSpan.FromMilliseconds(5 * packet);
            if (packet % 7 != 3)
            {
                recorder.Add(sequence, now);
            }

            if (recorder.DueAt > now)
            {
                continue;
            }

            Assert.True(TransportFeedback.TryParse(recorder.Take(now), out TransportFeedback feedback));
            Assert.Equal((byte)(feedbacks++ % 256), feedback.FeedbackCount);
            foreach (TransportFeedback.PacketStatus status in feedback)
            {
                int index = packet - unchecked((ushort)(sequence - status.Sequence));
                Assert.Equal(index % 7 != 3, status.IsReceived);
                long reference = ((start.Ticks + (index * 5L * TimeSpan.TicksPerMillisecond) - status.TicksAfterReference) / TransportFeedback.ReferenceTicks) & 0xFF_FFFF;
                Assert.True(!status.IsReceived || (feedback.ReferenceTime & 0xFF_FFFF) == reference);
                read += status.IsReceived ? 1 : 0;
            }
        }

        Assert.InRange(feedbacks, 600, 1300);
        Assert.InRange(read, 10_250, 10_286);
    }

    [Theory]
    [InlineData("example1", true)]
    [InlineData("example2", false)] // The reserved status 3, which Pion reads as received without a delta.
    [InlineData("example3", true)]
    [InlineData("example4", true)]
    [InlineData("example5", true)]
    [InlineData("example6", true)]
    [InlineData("example8", false)]
    [InlineData("example9", false)]
    public void VectorsOfPion_AreReadOrRefusedAsThere(string name, bool isValid)
    {
        byte[] bytes = PionVectors.Find("pion_rtcp.json", "TestTransportLayerCC_Unmarshal", name, "Data");

        // Without the padding counts of the examples, which are wrong in some and not looked at there.
        Assert.Equal(isValid, TransportFeedback.TryParse(bytes.AsSpan(12), out _));
    }

    [Fact]
    public void BrokenFeedback_NeverThrows()
    {
        byte[] good = PionVectors.Find("pion_rtcp.json", "TestTransportLayerCC_Unmarshal", "example3", "Data")[12..];
        var estimator = new SendSideEstimator(new SendEstimateOptions());
        foreach (byte[] bytes in Mutations.Of([good], 20_000, 5))
        {
            if (TransportFeedback.TryParse(bytes, out TransportFeedback feedback))
            {
                estimator.OnPacketSent(feedback.BaseSequence, 1200, TimeSpan.FromSeconds(1));
                estimator.OnTransportFeedback(feedback, TimeSpan.FromSeconds(2));
            }
        }

        Assert.InRange(estimator.EstimateBitsPerSecond, 100_000, 20_000_000);
    }

    [Fact]
    public void PacketsThatWaitForFeedback_AreBounded()
    {
        var packets = new SentPackets();
        for (int i = 0; i <= SentPackets.Capacity; i++)
        {
            packets.Add((ushort)i, 1200, 0, TimeSpan.FromMilliseconds(i));
        }

        Assert.False(packets.TryArrive(0, out _, out _));
        Assert.True(packets.TryArrive(1, out SentPackets.Entry packet, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(1), packet.SentAt);
        Assert.False(packets.TryArrive(1, out _, out _));
    }

    [Fact]
    public void ArrivalsToReport_AreBoundedHoweverFarThePeersNumbersJump()
    {
        var recorder = new ArrivalRecorder();
        TimeSpan now = TimeSpan.FromSeconds(1);
        recorder.Add(0, now);
        recorder.Add(ArrivalRecorder.Capacity + 1, now);

        Assert.True(TransportFeedback.TryParse(recorder.Take(now), out TransportFeedback feedback));
        Assert.Equal((ArrivalRecorder.Capacity + 1, 1), (feedback.BaseSequence, feedback.StatusCount));
        Assert.Equal(TimeSpan.MaxValue, recorder.DueAt);
    }

    [Fact]
    public void SendTime_IsWrittenReadAndComparedOverItsWrap()
    {
        Span<byte> data = stackalloc byte[AbsoluteSendTime.Length];
        for (int i = 0; i < 1300; i++)
        {
            var time = TimeSpan.FromMilliseconds(50 * i);
            AbsoluteSendTime.Write(data, AbsoluteSendTime.FromTime(time));
            Assert.True(AbsoluteSendTime.TryRead(data, out int value));
            double difference = AbsoluteSendTime.Difference(AbsoluteSendTime.FromTime(time + TimeSpan.FromMilliseconds(20)), value).TotalMilliseconds;
            Assert.InRange(difference, 19.99, 20.01);
        }
    }
}
