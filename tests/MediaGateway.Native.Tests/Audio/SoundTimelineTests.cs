using MediaGateway.Native.Audio;
using MediaGateway.Native.Opus;
using MediaGateway.Native.Tests.Opus;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

public sealed class SoundTimelineTests
{
    private const int Packet = 960;
    private const int Millisecond = 48;

    /// <summary>20 ms of CELT silence in stereo: cheap to decode, for hours of it.</summary>
    private static readonly byte[] Silence = [0xFC, 0xFF, 0xFE];

    [Fact]
    public void StampsThatFit_PassTheDecodersSamplesBitForBit()
    {
        var sink = new RecordingSink();
        using var timeline = new SoundTimeline(sink, new OpusSoundDecoder(), isCoarse: false);
        using var encoder = new OpusTestEncoder();
        using var decoder = new OpusDecoder();
        float[] pcm = new float[OpusDecoder.LongestPacket * 2];
        List<float> expected = [];
        for (int index = 0; index < 200; index++)
        {
            byte[] packet = encoder.Encode(Sound.Voice(index * Packet, Packet, channels: 2));
            timeline.Push(1_000_000 + (index * Packet) + (index % 3), packet);
            decoder.Decode(packet, pcm);
            expected.AddRange(Sound.Channel(pcm, 0, Packet));
        }

        Assert.Equal(1_000_000, sink.Stamp);
        Assert.Equal(expected[..^SlewResampler.Lookahead], sink.Left);
        Assert.Equal(0, timeline.ConcealedPackets);
    }

    [Theory]
    [InlineData(200, 60)]
    [InlineData(-200, 10)]
    public void ClockThatDriftsForAnHour_IsFollowedWithinAMillisecond(int partsPerMillion, int minutes)
    {
        var sink = new RecordingSink(keeps: false);
        using var timeline = new SoundTimeline(sink, new OpusSoundDecoder(), isCoarse: false);
        for (long index = 0; index < minutes * 60 * 50; index++)
        {
            long sample = index * Packet;
            long stamp = 77 + sample + (sample * partsPerMillion / 1_000_000);
            timeline.Push(stamp, Silence);
            Assert.InRange(timeline.End - (stamp + Packet), -Millisecond, Millisecond);
        }

        Assert.Equal(0, timeline.ConcealedPackets);
        Assert.Equal(0, timeline.DroppedPackets);
        Assert.InRange(sink.Stamp!.Value + sink.Count - timeline.End, -SlewResampler.Lookahead - 2, -SlewResampler.Lookahead + 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void TimelineThatSlewsAsFastAsItMay_IsFollowedWithinFiveMilliseconds(int sign)
    {
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), new OpusSoundDecoder(), isCoarse: false);
        for (long index = 0; index < 60 * 50; index++)
        {
            long stamp = (index * Packet) + (sign * index * Packet / 200);
            timeline.Push(stamp, Silence);
            Assert.InRange(timeline.End - (stamp + Packet), -5 * Millisecond, 5 * Millisecond);
        }

        Assert.Equal(0, timeline.ConcealedPackets + timeline.DroppedPackets);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(50)]
    [InlineData(500)]
    [InlineData(2900)]
    public void LostPackets_AreFilledToTheSample(int lost)
    {
        var sink = new RecordingSink();
        using var timeline = new SoundTimeline(sink, new OpusSoundDecoder(), isCoarse: false);
        using var encoder = new OpusTestEncoder(bitrate: 64_000);
        long stamp = 500;
        for (int index = 0; index < 100; index++, stamp += Packet)
        {
            timeline.Push(stamp, encoder.Encode(Sound.Tone(440, Packet, 2, stamp)));
            stamp += index == 49 ? lost * Packet : 0;
            Assert.InRange(timeline.End, 500, stamp + Packet);
        }

        Assert.Equal(stamp, timeline.End);
        Assert.Equal(timeline.End - SlewResampler.Lookahead, sink.Stamp + sink.Count);
        Assert.Equal(Math.Min(lost, 6), timeline.ConcealedPackets);
        int gap = (50 * Packet) + OpusTestEncoder.Lookahead;
        Assert.InRange(Sound.Loudness(sink.Left.GetRange(gap, 480).ToArray()), 0.1, 0.6);
        if (lost > 6)
        {
            Assert.Equal(0, Sound.Loudness(sink.Left.GetRange(gap + SoundFiller.MaximumConcealment, ((lost - 7) * Packet) + 1).ToArray()));
        }

        Assert.InRange(Sound.Pitch(sink.Left.ToArray().AsSpan(sink.Left.Count - 40_000)), 439, 441);
    }

    [Fact]
    public void HoleOfManyMinutes_IsFilledPieceByPiece()
    {
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), new OpusSoundDecoder(), isCoarse: false);
        timeline.Push(0, Silence);
        long stamp = 600 * 48_000L;
        for (int index = 0; index < 100; index++, stamp += Packet)
        {
            long before = timeline.End;
            timeline.Push(stamp, Silence);
            Assert.InRange(timeline.End - before, 0, 61 * 48_000);
        }

        Assert.Equal(stamp, timeline.End);
    }

    [Fact]
    public void PacketsOfEveryLengthAndBothChannelCounts_FollowOneAnother()
    {
        var sink = new RecordingSink();
        using var timeline = new SoundTimeline(sink, new OpusSoundDecoder(), isCoarse: false);
        using var mono = new OpusTestEncoder(channels: 1, bitrate: 32_000);
        using var stereo = new OpusTestEncoder(channels: 2, bitrate: 96_000);
        int[] lengths = [960, 2880, 120, 480, 240, 1920, 2880, 960];
        long stamp = 0;
        for (int round = 0; round < 40; round++)
        {
            foreach (int length in lengths)
            {
                timeline.Push(
                    stamp,
                    round % 2 == 0 ? mono.Encode(Sound.Tone(440, length, 1, stamp)) : stereo.Encode(Sound.Tone(440, length, 2, stamp)));
                stamp += length;
                Assert.Equal(stamp, timeline.End);
            }
        }

        Assert.Equal(0, timeline.ConcealedPackets);
        Assert.InRange(Sound.Pitch(sink.Left.ToArray().AsSpan(48_000)), 430, 450);
    }

    [Fact]
    public void DiscontinuousTransmission_LeavesNoHoleAndNoDrift()
    {
        // Speech for a second, ten seconds without a packet but one every 400 ms, ten times over.
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), new OpusSoundDecoder(), isCoarse: false);
        using var encoder = new OpusTestEncoder(channels: 1, bitrate: 24_000, dtx: true);
        long stamp = 0;
        int sent = 0;
        for (int second = 0; second < 110; second++)
        {
            for (int index = 0; index < 50; index++, stamp += Packet)
            {
                bool speaks = second % 11 == 0;
                byte[] packet = encoder.Encode(speaks ? Sound.Voice(stamp, Packet) : new float[Packet]);

                // What is at most two bytes need not be sent (RFC 7587 3.1.3).
                if (packet.Length <= 2)
                {
                    timeline.FillUntil(stamp - 4800);
                    continue;
                }

                sent++;
                timeline.Push(stamp, packet);
                Assert.Equal(stamp + Packet, timeline.End);
            }
        }

        Assert.InRange(sent, 500, 1500);
        Assert.Equal(0, timeline.DroppedPackets);
    }

    [Fact]
    public void RepeatedAndOldPackets_AreLeftOut()
    {
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), new OpusSoundDecoder(), isCoarse: false);
        for (int index = 0; index < 50; index++)
        {
            timeline.Push(index * Packet, Silence);
            timeline.Push(index * Packet, Silence);
            timeline.Push((index - 3) * Packet, Silence);
        }

        Assert.Equal(50 * Packet, timeline.End);
        Assert.Equal(100, timeline.DroppedPackets);
    }

    [Fact]
    public void PacketsSomewhatLate_AreHeardAndTheLagIsSlewedAway()
    {
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), new OpusSoundDecoder(), isCoarse: false);
        timeline.Push(0, Silence);
        timeline.FillUntil(Packet + 4800);
        long stamp = Packet;
        long lag = timeline.End - stamp;
        Assert.Equal(4800, lag);
        for (int index = 0; index < 30 * 50; index++, stamp += Packet)
        {
            timeline.Push(stamp, Silence);
            Assert.InRange(timeline.End - (stamp + Packet), 0, lag);
            lag = timeline.End - (stamp + Packet);
        }

        Assert.Equal(0, lag);
        Assert.Equal(0, timeline.DroppedPackets);
    }

    [Fact]
    public void PacketsVeryLate_AreLeftOutUntilTheyFit()
    {
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), new OpusSoundDecoder(), isCoarse: false);
        timeline.Push(0, Silence);
        timeline.FillUntil(Packet + 48_000);
        long stamp = Packet;
        for (int index = 0; index < 100; index++, stamp += Packet)
        {
            timeline.Push(stamp, Silence);
            Assert.InRange(timeline.End - (stamp + Packet), -Millisecond, 48_000);
        }

        Assert.Equal(45, timeline.DroppedPackets);
        Assert.InRange(timeline.End - stamp, 0, SoundTimeline.MaximumLag);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AnyMixtureOfFaults_EndsInItsPlace(int seed)
    {
        var random = new Random(seed);
        var sink = new RecordingSink();
        using var timeline = new SoundTimeline(sink, new OpusSoundDecoder(), isCoarse: false);
        using var encoder = new OpusTestEncoder(channels: 1, bitrate: 32_000, fec: true);
        double stamp = 10_000;
        double slew = 0;
        for (int index = 0; index < 2000; index++)
        {
            bool isCalm = index > 1000;
            slew = isCalm ? 0 : random.Next(100) == 0 ? (random.NextDouble() - 0.5) / 100 : slew;
            byte[] packet = encoder.Encode(Sound.Voice(index * Packet, Packet));
            switch (isCalm ? 99 : random.Next(100))
            {
                case < 3:
                    break;
                case < 5:
                    packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8));
                    timeline.Push((long)stamp, packet.AsSpan(0, random.Next(packet.Length + 1)));
                    break;
                case < 6:
                    stamp += random.Next(20) * Packet;
                    break;
                case < 7:
                    timeline.FillUntil((long)stamp + random.Next(-48_000, 48_000));
                    break;
                case < 9:
                    timeline.Push((long)stamp - random.Next(3 * Packet), packet);
                    break;
                default:
                    timeline.Push((long)stamp, packet);
                    break;
            }

            stamp += Packet * (1 + slew);
            Assert.Equal(timeline.End - SlewResampler.Lookahead, sink.Stamp!.Value + sink.Count, 1.0);
        }

        Assert.InRange(timeline.End - stamp, -SlewResampler.Tolerance, SlewResampler.Tolerance);
        Assert.DoesNotContain(sink.Left, sample => !float.IsFinite(sample) || Math.Abs(sample) > 4);
    }
}
