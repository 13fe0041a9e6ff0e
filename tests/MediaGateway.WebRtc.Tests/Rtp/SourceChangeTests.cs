using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>What a publisher may change in the middle, and how it may begin.</summary>
public sealed class SourceChangeTests
{
    private static readonly byte[] Keyframe = Convert.FromHexString(
        "78" + "0016" + "6742C01FDA014016E84000000300400000F023C60CA8" + "0004" + "68CE3C80" + "0003" + "658884");

    private static readonly byte[] Picture = [0x41, 0x9A, 0x24];
    private static readonly byte[] Opus = [0xFC, 0x11, 0x22];

    [Fact]
    public void NewSsrcOnTheSameSection_GoesOnWithinASecondAndInStep()
    {
        using var bench = new ReceiverBench();
        Run(bench, 0, 5, ReceiverBench.VideoSsrc, ReceiverBench.AudioSsrc, 0);
        TimeSpan changed = bench.Now;
        int pictures = bench.VideoFrames.Count();
        int sounds = bench.AudioFrames.Count();

        Run(bench, 5, 10, 0xAAAA, 0xBBBB, 5_000_000);

        RecordedFrame picture = bench.VideoFrames.ElementAt(pictures);
        RecordedFrame sound = bench.AudioFrames.ElementAt(sounds);
        Assert.True(picture.IsKeyframe);
        Assert.InRange((picture.LeftAt - changed).TotalMilliseconds, 0, 1000);
        Assert.InRange((sound.LeftAt - changed).TotalMilliseconds, 0, 1000);
        Assert.InRange(AudioVideoSteps(bench).Max(), 0, 45);
    }

    [Fact]
    public void OtherPayloadTypeOfTheSameCodec_IsTaken()
    {
        ReceiveTrack video = ReceiverBench.Video() with
        {
            PayloadTypes = [new ReceivePayloadType(ReceiverBench.VideoType, CodecId.H264), new ReceivePayloadType(108, CodecId.H264)],
        };
        using var bench = new ReceiverBench(null, video);
        for (int i = 0; i < 100; i++)
        {
            bench.Send(RtpBytes.Packet(
                i / 10 % 2 == 0 ? ReceiverBench.VideoType : 108, i, i * 3000, ReceiverBench.VideoSsrc, true, i % 30 == 0 ? Keyframe : Picture));
            bench.Advance(1000.0 / 30);
        }

        Assert.Equal(100, bench.Frames.Count);
        Assert.Equal((0, 0), (bench.Count("PLI"), bench.Count("NACK")));
    }

    // GStreamer's webrtcbin without a valve: what it made while it connected comes in one burst.
    [Theory]
    [InlineData(250)]
    [InlineData(380)]
    [InlineData(1000)]
    public void SoundQueuedWhileConnecting_IsLeftOutAndTheStreamIsInStep(int queued)
    {
        using var bench = new ReceiverBench();
        long picture = 0;
        for (int sound = 0; sound <= queued / 20; sound++)
        {
            bench.SendAudio(sound, sound * 960, Opus);
        }

        int next = (queued / 20) + 1;
        for (int millisecond = 1; millisecond <= 3000; millisecond++)
        {
            bench.Advance(1);
            if (millisecond % 20 == 0)
            {
                bench.SendAudio(next, next * 960, Opus);
                next++;
            }

            if (millisecond % 40 == 10)
            {
                // Pictures are captured when they are sent, 20 ms later than sound of the same arrival.
                bench.SendVideo(picture, (queued + millisecond) * 90L, true, picture == 0 ? Keyframe : Picture);
                picture++;
            }
        }

        Assert.InRange(bench.AudioFrames.Count(), 148, 153);
        RecordedFrame[] sounds = [.. bench.AudioFrames.Skip(4)];
        Assert.All(sounds.Zip(sounds.Skip(1)), pair => Assert.InRange(pair.Second.Presentation.Value - pair.First.Presentation.Value, 955, 965));
        double soundPlace = Place(bench.AudioFrames.Last());
        double picturePlace = Place(bench.VideoFrames.Last());
        Assert.InRange(picturePlace - soundPlace, -21, 21);
        RecordedFrame second = bench.VideoFrames.First(frame => (frame.LeftAt - bench.Frames[0].LeftAt).TotalMilliseconds > 900);
        Assert.InRange(Place(second) - soundPlace, -45, 45);
    }

    [Fact]
    public void JitterAtTheStart_DropsNoSound()
    {
        using var bench = new ReceiverBench();
        for (int sound = 0; sound < 50; sound++)
        {
            bench.SendAudio(sound, sound * 960, Opus);
            bench.Advance(sound % 2 == 0 ? 5 : 35);
        }

        Assert.Equal(50, bench.Frames.Count);
    }

    [Fact]
    public void FramesOfOtherLengthsAndChannels_AndTenSecondsOfSilence_KeepTheirPlaces()
    {
        using var bench = new ReceiverBench();
        long timestamp = 0;
        long sequence = 0;
        (byte Header, int Ticks)[] shapes = [(0xF8, 960), (0xFC, 960), (0xF0, 480), (0x18, 2880), (0xFC, 960)];
        foreach ((byte header, int ticks) in shapes)
        {
            for (int i = 0; i < 100; i++)
            {
                bench.SendAudio(sequence++, timestamp, [header, 1, 2]);
                timestamp += ticks;
                bench.Advance(ticks / 48.0);
            }
        }

        // Discontinuous transmission: a packet every 400 ms.
        for (int i = 0; i < 25; i++)
        {
            timestamp += 19_200 - 960;
            bench.Advance(380);
            bench.SendAudio(sequence++, timestamp, [0xFC, 1, 2]);
            timestamp += 960;
            bench.Advance(20);
        }

        Assert.Equal(525, bench.Frames.Count);
        Assert.Equal(0, bench.Statistics(TrackKind.Audio).LostPackets);
        double[] places = [.. bench.Frames.Select(Place)];
        Assert.InRange(places.Max() - places.Min(), 0, 1);
    }

    private static double Place(RecordedFrame frame) => (frame.Presentation.Value * 1000.0 / frame.Presentation.Rate) - frame.LeftAt.TotalMilliseconds;

    private static void Run(ReceiverBench bench, int from, int to, uint videoSsrc, uint audioSsrc, long offset)
    {
        int asked = bench.Count("PLI");
        for (int millisecond = from * 1000; millisecond < to * 1000; millisecond += 10)
        {
            if (millisecond % 20 == 0)
            {
                bench.SendAudio((offset / 7) + (millisecond / 20), (millisecond * 48L) + offset, Opus, audioSsrc);
            }

            if (millisecond % 40 == 0)
            {
                bool isKeyframe = millisecond == from * 1000 || bench.Count("PLI") > asked;
                asked = bench.Count("PLI");
                bench.SendVideo((offset / 3) + (millisecond / 40), (millisecond * 90L) + offset, true, isKeyframe ? Keyframe : Picture, videoSsrc);
            }

            bench.Advance(10);
        }
    }

    private static IEnumerable<double> AudioVideoSteps(ReceiverBench bench)
    {
        foreach (RecordedFrame picture in bench.VideoFrames)
        {
            RecordedFrame sound = bench.AudioFrames.MinBy(frame => Math.Abs((frame.LeftAt - picture.LeftAt).Ticks))!; // not null: there is sound
            yield return Math.Abs(Place(picture) - Place(sound));
        }
    }
}
