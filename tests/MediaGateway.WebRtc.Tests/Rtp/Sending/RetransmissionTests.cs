using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtp.Sending;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp.Sending;

public sealed class RetransmissionTests
{
    private static readonly TimeSpan Stream = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(33);

    [Fact]
    public void Repetition_HasItsOwnSourceAndNumberAndTheOriginalNumberBeforeThePayload()
    {
        using SenderBench bench = Send(new SenderBench(), pictures: 3);
        SentBytes lost = bench.Pictures[2];

        bench.Nack(SenderBench.VideoSsrc, lost.Sequence);

        SentBytes again = Assert.Single(bench.Repairs);
        Assert.Equal((SenderBench.RepairType, lost.Timestamp, lost.Marker), (again.PayloadType, again.Timestamp, again.Marker));
        Assert.Equal(lost.Sequence, BinaryPrimitives.ReadUInt16BigEndian(again.Payload));
        Assert.Equal(lost.Payload, again.Payload[2..]);
        bench.Nack(SenderBench.VideoSsrc, bench.Pictures[3].Sequence);
        Assert.Equal(1, unchecked((ushort)(bench.Repairs[1].Sequence - again.Sequence)));
    }

    /// <summary>Without a source for repetitions the same bytes go once more: another plain text under the same SRTP index would be fatal.</summary>
    [Fact]
    public void RepetitionWithoutRtx_IsTheSamePacketByteForByte()
    {
        using SenderBench bench = Send(new SenderBench(hasRepair: false), pictures: 3);
        SentBytes lost = bench.Pictures[2];
        bench.Run(TimeSpan.FromMilliseconds(100));
        int before = bench.Packets.Count;

        bench.Nack(SenderBench.VideoSsrc, lost.Sequence);

        Assert.Equal(before + 1, bench.Packets.Count);
        Assert.Equal(lost.Bytes, bench.Packets[^1].Bytes);
    }

    [Fact]
    public void SeventeenPackets_AreOneEntryAndAllComeAgain()
    {
        using SenderBench bench = Send(new SenderBench(), pictures: 30);
        ushort[] lost = [.. bench.Pictures.Skip(5).Take(17).Select(packet => packet.Sequence)];

        bench.Nack(SenderBench.VideoSsrc, lost);
        bench.Run(TimeSpan.FromMilliseconds(50));

        Assert.Equal(lost, bench.Repairs.Select(packet => BinaryPrimitives.ReadUInt16BigEndian(packet.Payload)));
    }

    [Fact]
    public void SameRequestWithinARoundTrip_IsAnsweredOnce()
    {
        using SenderBench bench = Send(new SenderBench(), pictures: 3);
        ushort lost = bench.Pictures[2].Sequence;
        bench.Nack(SenderBench.VideoSsrc, lost);
        bench.Nack(SenderBench.VideoSsrc, lost);
        bench.Run(TimeSpan.FromMilliseconds(40));
        bench.Nack(SenderBench.VideoSsrc, lost);
        Assert.Single(bench.Repairs);

        bench.Run(TimeSpan.FromMilliseconds(20));
        bench.Nack(SenderBench.VideoSsrc, lost);
        Assert.Equal(2, bench.Repairs.Count);
    }

    [Fact]
    public void UnknownAndForgottenPackets_AreNotSent()
    {
        using SenderBench bench = Send(new SenderBench(), pictures: 3);
        ushort first = bench.Pictures[0].Sequence;
        ushort next = unchecked((ushort)(bench.Pictures[^1].Sequence + 1));
        bench.Nack(SenderBench.VideoSsrc, next);
        bench.Nack(SenderBench.VideoSsrc, unchecked((ushort)(first - 1)));
        bench.Nack(SenderBench.AudioSsrc, first);
        bench.Nack(0xDEAD, first);
        bench.Run(TimeSpan.FromSeconds(3));
        bench.Nack(SenderBench.VideoSsrc, first);
        Assert.Empty(bench.Repairs);
        Assert.Equal(3, bench.Sender.Statistics.Tracks.Single(track => track.Kind == TrackKind.Video).ForgottenPackets);
    }

    /// <summary>A peer that asks for everything again and again gets half of what the way carries, not more.</summary>
    [Fact]
    public void StormOfRequests_IsBoundedByTheEstimate()
    {
        using var bench = new SenderBench(startBitrate: 2_000_000);
        TimeSpan start = bench.Now;
        for (int i = 0; i < 150; i++)
        {
            bench.RunTo(start + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 4000);
            ushort[] all = [.. bench.Pictures.TakeLast(60).Select(packet => packet.Sequence)];
            bench.Nack(SenderBench.VideoSsrc, all);
        }

        double seconds = (bench.Now - start).TotalSeconds;
        long repeated = bench.Repairs.Sum(packet => packet.Bytes.Length) * 8L;
        long estimate = bench.Sender.Statistics.EstimateBitsPerSecond;
        Assert.InRange(repeated / seconds, estimate / 20, estimate * 0.65);
        Assert.InRange(bench.Repairs.Count, 100, 100_000);
        Assert.True(bench.Sender.Statistics.Tracks.Single(track => track.Kind == TrackKind.Video).PostponedPackets > 0);
    }

    [Fact]
    public void Cache_KeepsASecondAcrossTheWrapAndNoMoreThanItsBound()
    {
        using var cache = new RetransmissionCache();
        TimeSpan now = TimeSpan.FromSeconds(10);
        byte[] sets = [1, 2, 3];
        for (int i = 0; i < 70_000; i++)
        {
            now += TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond / 4);
            var packet = new SentPacket
            {
                ParameterSets = sets,
                Header = new RtpHeaderFields(unchecked((ushort)(i + 60_000)), (uint)i, false, 0, 0),
                SentAt = now,
            };
            cache.Add(packet, now - RetransmissionCache.MinimumAge);
        }

        Assert.Equal(RetransmissionCache.MaximumPackets, cache.Count);
        for (int i = 70_000 - RetransmissionCache.MaximumPackets; i < 70_000; i++)
        {
            Assert.Equal((uint)i, cache.Find(unchecked((ushort)(i + 60_000))).Header.Timestamp);
        }

        cache.Forget(now - TimeSpan.FromMilliseconds(100));
        Assert.Equal(401, cache.Count);
    }

    private static SenderBench Send(SenderBench bench, int pictures)
    {
        TimeSpan start = bench.Now;
        for (int i = 0; i < pictures; i++)
        {
            bench.RunTo(start + (Frame * i));
            bench.Picture(Stream + (Frame * i), isKeyframe: i == 0, bytes: 1500, number: i);
        }

        bench.Run(TimeSpan.FromMilliseconds(20));
        return bench;
    }
}
