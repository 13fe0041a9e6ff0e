using System.Buffers.Binary;
using MediaGateway.WebRtc.Rtcp;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class FeedbackTests
{
    private static readonly TimeSpan Stream = TimeSpan.FromSeconds(100);

    [Fact]
    public void LossIndications_AskForAKeyframeOnceIn300Milliseconds()
    {
        using SenderBench bench = Playing();
        for (int i = 0; i < 100; i++)
        {
            bench.LossIndication();
        }

        Assert.Equal(1, bench.KeyframesWanted);
        bench.Run(TimeSpan.FromMilliseconds(299));
        bench.LossIndication();
        Assert.Equal(1, bench.KeyframesWanted);
        bench.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, bench.KeyframesWanted);
    }

    [Fact]
    public void KeyframeThatLeaves_AnswersTheRequest()
    {
        using SenderBench bench = Playing();
        bench.LossIndication();
        bench.Picture(Stream + TimeSpan.FromMilliseconds(33), isKeyframe: true, bytes: 100);
        bench.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(1, bench.KeyframesWanted);
    }

    [Fact]
    public void RepeatedIntraRequest_IsTheSameRequest()
    {
        using SenderBench bench = Playing();
        bench.IntraRequest(7);
        bench.Picture(Stream + TimeSpan.FromMilliseconds(33), isKeyframe: true, bytes: 100);
        bench.Run(TimeSpan.FromSeconds(1));
        bench.IntraRequest(7);
        bench.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(1, bench.KeyframesWanted);
        bench.IntraRequest(8);
        Assert.Equal(2, bench.KeyframesWanted);
    }

    [Fact]
    public void RequestsForOthers_AreNothing()
    {
        using SenderBench bench = Playing();
        byte[] compound = new byte[200];
        var writer = new RtcpWriter(compound);
        writer.TryWritePictureLossIndication(7, 0xDEAD);
        writer.TryWritePictureLossIndication(7, SenderBench.AudioSsrc);
        writer.TryWriteFullIntraRequest(7, new FullIntraRequest(0xDEAD, 1));
        bench.Receive(compound.AsSpan(0, writer.Length));
        Assert.Equal(0, bench.KeyframesWanted);
    }

    [Fact]
    public void Report_TellsRoundTripLossAndJitter()
    {
        using SenderBench bench = Playing();
        bench.Run(TimeSpan.FromSeconds(2.5));
        SentBytes last = bench.Reports[^1];
        ulong ntp = BinaryPrimitives.ReadUInt64BigEndian(last.Bytes.AsSpan(8));
        TimeSpan delay = TimeSpan.FromMilliseconds(400);
        TimeSpan roundTrip = bench.Now - last.At - delay;

        bench.Report(new ReportBlock(SenderBench.VideoSsrc, 64, 12, 0, 900, NtpClock.Compact(ntp), 65536 * 400 / 1000));

        SenderStatistics statistics = bench.Sender.Statistics;
        Assert.Equal(roundTrip.TotalMilliseconds, statistics.RoundTripTime!.Value.TotalMilliseconds, 0.1);
        Assert.Equal(0.25, statistics.LostRatio);
        Assert.Equal(12, statistics.Tracks[0].LostPackets);
        Assert.Equal(10, statistics.Tracks[0].Jitter.TotalMilliseconds);
    }

    [Theory]
    [InlineData(0xFFFF_FFF0u)]
    [InlineData(0x0000_0001u)]
    [InlineData(0x8000_0000u)]
    public void RoundTrip_IsRightAroundTheWrap(uint compactAtReport)
    {
        // When the sender's clock had that middle word, whatever the upper bits.
        long whole = compactAtReport >> 16;
        long fraction = compactAtReport & 0xFFFF;
        // The clock's offset of 2^31 s has no part in the middle word's seconds, which are modulo 65536.
        TimeSpan sent = TimeSpan.FromSeconds(65536 + whole) + TimeSpan.FromTicks((fraction * TimeSpan.TicksPerSecond / 65536) + 1);
        uint compact = NtpClock.Compact(NtpClock.Of(sent));
        TimeSpan now = sent + TimeSpan.FromMilliseconds(750);
        TimeSpan? roundTrip = NtpClock.RoundTrip(now, compact, 65536 / 2);
        Assert.Equal(250, roundTrip!.Value.TotalMilliseconds, 0.1);
    }

    [Fact]
    public void RoundTrip_OfNonsense_IsUnknown()
    {
        TimeSpan now = TimeSpan.FromHours(1);
        uint compact = NtpClock.Compact(NtpClock.Of(now));
        Assert.Null(NtpClock.RoundTrip(now, 0, 0));
        Assert.Null(NtpClock.RoundTrip(now, compact, 65536)); // A report that was held for longer than it exists.
        Assert.Null(NtpClock.RoundTrip(now + TimeSpan.FromMinutes(2), compact, 0));
        Assert.Equal(TimeSpan.Zero, NtpClock.RoundTrip(now, compact, 20)); // Rounding.
    }

    [Fact]
    public void Fuzz_EndsNothing()
    {
        using SenderBench bench = Playing();
        var random = new Random(5);
        byte[] compound = new byte[300];
        for (int i = 0; i < 3000; i++)
        {
            random.NextBytes(compound);
            compound[0] = (byte)(0x80 | (compound[0] & 0x1F));
            compound[1] = (byte)(200 + (compound[1] % 8));
            compound[2] = 0;
            compound[3] = (byte)random.Next(80);
            bench.Receive(compound.AsSpan(0, random.Next(compound.Length)));
        }

        Assert.True(bench.Sender.Statistics.MalformedRtcp > 100);
    }

    private static SenderBench Playing()
    {
        var bench = new SenderBench();
        bench.Picture(Stream, isKeyframe: true, bytes: 100);
        return bench;
    }
}
