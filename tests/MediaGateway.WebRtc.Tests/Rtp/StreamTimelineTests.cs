using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

public sealed class StreamTimelineTests
{
    private const double Millisecond = 0.001;

    /// <summary>5 ms per second, and what a stamp's rounding to whole ticks adds between two frames.</summary>
    private const double AllowedSlew = 0.0051;

    [Fact]
    public void FirstPacket_IsStampedWithTheEpoch()
    {
        var timeline = new StreamTimeline([TrackKind.Audio], [48_000]);
        timeline.ObservePacket(0, 0x1234_5678, TimeSpan.FromDays(40));

        Assert.Equal(new MediaTime(48_000, 48_000), timeline.Stamp(0, 0x1234_5678));
    }

    [Fact]
    public void CleanStreamWithoutReports_IsInStepByArrival()
    {
        var bench = new TimelineBench();

        bench.Run(0, 60);

        Assert.Equal(0, bench.AudioVideoError, Millisecond);
        Assert.Equal(0, bench.GatewayError, Millisecond);
        Assert.Null(bench.Timeline.AudioVideoError);
    }

    // A picture takes 80 ms longer to arrive than sound of the same moment: only the sender reports know.
    [Theory]
    [InlineData(0.1)]
    [InlineData(-0.06)]
    public void LateReports_BringThePictureInStepAtFiveMillisecondsPerSecond(double encodingDelay)
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Audio] = 0.08;
        bench.Delay[TimelineBench.Video] = 0.08 + encodingDelay;
        bench.Run(0, 10);
        Assert.Equal(encodingDelay, bench.AudioVideoError, 2 * Millisecond);

        bench.RunWithReports(10, 20);
        Assert.InRange(Math.Abs(bench.AudioVideoError), Math.Abs(encodingDelay) - 0.051, Math.Abs(encodingDelay) - 0.04);
        bench.RunWithReports(20, 35);

        Assert.Equal(0, bench.AudioVideoError, Millisecond);
        Assert.Equal(0, bench.Timeline.AudioVideoError!.Value.TotalSeconds, Millisecond);
        Assert.InRange(bench.FastestSlew, 0.004, AllowedSlew);
    }

    // A peer queues sound while it connects and sends 0.4 s of it at once; the first picture is fresh.
    [Fact]
    public void QueuedSoundArrivesInOneBurst_PictureIsInStepWithinTwoSeconds()
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Audio] = 0.42;
        bench.Send(TimelineBench.Audio, 0);
        bench.Send(TimelineBench.Video, 0.4);
        for (int packet = 1; packet <= 20; packet++)
        {
            bench.Delay[TimelineBench.Audio] = 0.42 - (packet * 0.02);
            bench.Send(TimelineBench.Audio, packet * 0.02);
        }

        bench.Delay[TimelineBench.Audio] = 0.02;
        bench.Run(0.42, 2.5);

        Assert.Equal(0, bench.AudioVideoError, 12 * Millisecond);
    }

    [Fact]
    public void ReportsBeforeTheFirstPicture_PlaceItAtOnce()
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Video] = 0.3;
        bench.Run(0, 5, video: false);
        bench.Report(TimelineBench.Audio, 4.9);
        bench.Timeline.ObservePacket(TimelineBench.Video, 0xFFF0_0000 + (5 * 90_000), TimeSpan.FromSeconds(123_456 + 5.3));
        bench.Timeline.ObserveSenderReport(
            TimelineBench.Video, (3_900_000_005UL << 32), 1, 0xFFF0_0000 + (5 * 90_000), TimeSpan.FromSeconds(123_456 + 5.3));

        bench.Run(5.1, 6);

        Assert.Equal(0, bench.AudioVideoError, Millisecond);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    public void ClockOffByTwoHundredPartsPerMillion_StaysWithinTwentyMillisecondsForADay(double partsPerMillion)
    {
        var bench = new TimelineBench { PartsPerMillion = partsPerMillion };
        double worstGateway = 0;
        double worstStep = 0;
        for (double second = 0; second < 86_400; second += 5)
        {
            bench.Run(second, second + 5, audioInterval: 0.2, videoInterval: 0.25);
            bench.Report(TimelineBench.Audio, second + 4.9);
            bench.Report(TimelineBench.Video, second + 4.95);
            worstGateway = Math.Max(worstGateway, Math.Abs(bench.GatewayError));
            worstStep = Math.Max(worstStep, Math.Abs(bench.AudioVideoError));
        }

        Assert.InRange(worstGateway, 0.001, 0.020);
        Assert.InRange(worstStep, 0, 0.003);
        Assert.InRange(bench.FastestSlew, 0, AllowedSlew);
    }

    [Fact]
    public void ClockOffWithoutReports_StaysInStepToo()
    {
        var bench = new TimelineBench { PartsPerMillion = 200, Jitter = 0.03 };
        double worst = 0;
        for (double second = 0; second < 7200; second += 10)
        {
            bench.Run(second, second + 10);
            worst = Math.Max(worst, Math.Abs(bench.AudioVideoError));
        }

        Assert.InRange(worst, 0, 0.020);
        Assert.InRange(Math.Abs(bench.GatewayError), 0, 0.020);
    }

    public static TheoryData<string> NonsenseKinds =>
        ["video ahead", "audio behind", "jumping", "repeated", "reordered", "all ones", "zero NTP", "media time far off"];

    [Theory]
    [MemberData(nameof(NonsenseKinds))]
    public void NonsenseReports_LeaveThePictureInStep(string kind)
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Video] = 0.06;
        bench.RunWithReports(0, 40);
        Assert.Equal(0, bench.AudioVideoError, Millisecond);

        for (int second = 40; second < 160; second++)
        {
            bench.Run(second, second + 1);
            SendNonsense(bench, kind, second + 0.95);
            Assert.Equal(0, bench.AudioVideoError, 2 * Millisecond);
        }

        bench.RunWithReports(160, 200);
        Assert.Equal(0, bench.AudioVideoError, Millisecond);
        Assert.InRange(bench.FastestSlew, 0, AllowedSlew);
    }

    [Theory]
    [MemberData(nameof(NonsenseKinds))]
    public void NonsenseReportsFromTheBeginning_LeaveThePictureInStepByArrival(string kind)
    {
        var bench = new TimelineBench();
        for (int second = 0; second < 60; second++)
        {
            bench.Run(second, second + 1);
            SendNonsense(bench, kind, second + 0.95);
            Assert.Equal(0, bench.AudioVideoError, 2 * Millisecond);
        }
    }

    [Fact]
    public void ReportsWithAWrongRtpTimeThatAgree_DoNotReplaceTheGoodOnes()
    {
        var bench = new TimelineBench();
        bench.RunWithReports(0, 20);
        for (int second = 20; second < 40; second++)
        {
            bench.Run(second, second + 1);
            bench.Report(TimelineBench.Audio, second + 0.9);
            bench.Report(TimelineBench.Video, second + 0.9, rtpTime: unchecked(0xFFF0_0000 + (uint)((second + 3.9) * 90_000)));
        }

        Assert.NotNull(bench.Timeline.AudioVideoError);
        Assert.Equal(0, bench.AudioVideoError, Millisecond);
    }

    [Fact]
    public void WallClockStepOfThePublisher_ChangesNothing()
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Video] = 0.06;
        bench.RunWithReports(0, 40);

        bench.WallClock += 7;
        for (int second = 40; second < 100; second++)
        {
            bench.RunWithReports(second, second + 1);
            Assert.Equal(0, bench.AudioVideoError, 2 * Millisecond);
        }

        Assert.NotNull(bench.Timeline.AudioVideoError);
    }

    [Fact]
    public void NoisyReports_AreAveraged()
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Video] = 0.06;
        var random = new Random(3);
        double worst = 0;
        for (int second = 0; second < 120; second++)
        {
            bench.Run(second, second + 1);
            bench.Report(TimelineBench.Audio, second + 0.9, (random.NextDouble() - 0.5) * 0.006);
            bench.Report(TimelineBench.Video, second + 0.95, (random.NextDouble() - 0.5) * 0.006);
            worst = second > 30 ? Math.Max(worst, Math.Abs(bench.AudioVideoError)) : 0;
        }

        Assert.InRange(worst, 0, 0.004);
    }

    [Fact]
    public void DelayedStart_GlidesBackToTheGatewaysTime()
    {
        var bench = new TimelineBench();
        bench.Delay[TimelineBench.Audio] = 0.07;
        bench.Delay[TimelineBench.Video] = 0.07;
        bench.Run(0, 0.02);
        bench.Delay[TimelineBench.Audio] = 0.02;
        bench.Delay[TimelineBench.Video] = 0.02;

        bench.Run(0.02, 30);

        Assert.Equal(0, bench.AudioVideoError, Millisecond);
        Assert.InRange(bench.FastestSlew, 0.004, AllowedSlew);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void VideoTenSecondsLate_IsInStepFromItsFirstFrame(bool reports)
    {
        var bench = new TimelineBench();
        bench.Run(0, 10, video: false);
        if (reports)
        {
            bench.Report(TimelineBench.Audio, 9.9);
        }

        bench.Send(TimelineBench.Video, 10);

        Assert.Equal(0, bench.AudioVideoError, Millisecond);
        bench.Run(10.02, 20);
        Assert.Equal(0, bench.AudioVideoError, Millisecond);
    }

    [Fact]
    public void VideoAlone_FollowsTheGatewaysClock()
    {
        var bench = new TimelineBench { PartsPerMillion = 200 };
        bench.Run(0, 1, audio: false);
        double start = bench.Place[TimelineBench.Video];

        bench.Run(1, 3600, audio: false);

        // The publisher's hour is 0.72 s shorter on the gateway's clock.
        Assert.Equal(-0.72, bench.Place[TimelineBench.Video] - start, 0.02);
        Assert.InRange(bench.FastestSlew, 0, AllowedSlew);
    }

    [Theory]
    [InlineData(TimelineBench.Audio)]
    [InlineData(TimelineBench.Video)]
    public void AnotherSource_ContinuesWithoutAStep(int track)
    {
        var bench = new TimelineBench { Jitter = 0.01 };
        bench.Delay[TimelineBench.Video] = 0.06;
        bench.RunWithReports(0, 60);
        double before = bench.Place[track];

        bench.Run(60, 60.6, audio: track != TimelineBench.Audio, video: track != TimelineBench.Video);
        bench.ChangeSource(track);
        bench.Run(60.6, 60.8);

        Assert.InRange(Math.Abs(bench.Place[track] - before), 0, 0.015);
        bench.RunWithReports(61, 90);
        Assert.Equal(0, bench.AudioVideoError, 2 * Millisecond);
    }

    [Fact]
    public void PicturesOfOneMoment_AreAMillisecondApart()
    {
        var timeline = new StreamTimeline([TrackKind.Video], [90_000]);
        timeline.ObservePacket(0, 90_000, TimeSpan.FromSeconds(5));
        long first = timeline.Stamp(0, 90_000).Value;

        // The layers of a simulcast publisher show the same moment.
        Assert.Equal(first + 90, timeline.Stamp(0, 90_000).Value);
        Assert.Equal(first + 180, timeline.Stamp(0, 90_010).Value);
        Assert.Equal(first + 3000, timeline.Stamp(0, 93_000).Value);
    }

    [Fact]
    public void SoundBackAfterAnHour_IsInStep()
    {
        var bench = new TimelineBench { PartsPerMillion = -100 };
        bench.Delay[TimelineBench.Video] = 0.06;
        bench.RunWithReports(0, 60);

        bench.Run(60, 3660, audio: false);
        bench.RunWithReports(3660, 3661);

        Assert.InRange(Math.Abs(bench.AudioVideoError), 0, 0.015);
        bench.RunWithReports(3661, 3690);
        Assert.Equal(0, bench.AudioVideoError, 2 * Millisecond);
        Assert.InRange(bench.FastestSlew, 0, AllowedSlew);
    }

    [Fact]
    public void MediaTimeThatJumps_ContinuesAtArrival()
    {
        var bench = new TimelineBench();
        bench.RunWithReports(0, 30);
        bench.ChangeSource(TimelineBench.Audio);
        bench.ChangeSource(TimelineBench.Video);

        bench.Run(30, 31);

        Assert.Equal(0, bench.AudioVideoError, Millisecond);
        Assert.Equal(0, bench.GatewayError, 0.011);
    }

    private static void SendNonsense(TimelineBench bench, string kind, double capture)
    {
        int second = (int)capture;
        switch (kind)
        {
            case "video ahead":
                bench.Report(TimelineBench.Audio, capture);
                bench.Report(TimelineBench.Video, capture, wallClockError: 10);
                break;
            case "audio behind":
                bench.Report(TimelineBench.Audio, capture, wallClockError: -3600);
                bench.Report(TimelineBench.Video, capture);
                break;
            case "jumping":
                bench.Report(TimelineBench.Audio, capture, wallClockError: second % 2 == 0 ? 10 : -10);
                bench.Report(TimelineBench.Video, capture, wallClockError: second % 3 == 0 ? 10 : -10);
                break;
            case "repeated":
                bench.Report(TimelineBench.Audio, capture - (second % 10));
                bench.Report(TimelineBench.Video, capture - (second % 10));
                bench.Report(TimelineBench.Video, capture - (second % 10));
                break;
            case "reordered":
                bench.Report(TimelineBench.Video, capture);
                bench.Report(TimelineBench.Video, capture - 0.5);
                bench.Report(TimelineBench.Audio, capture);
                bench.Report(TimelineBench.Audio, capture - 0.7);
                break;
            case "all ones":
                bench.Report(TimelineBench.Audio, capture);
                bench.Report(TimelineBench.Video, capture, rtpTime: uint.MaxValue);
                break;
            case "zero NTP":
                bench.Report(TimelineBench.Audio, capture, wallClockError: -bench.WallClock - capture);
                bench.Report(TimelineBench.Video, capture, wallClockError: -bench.WallClock - capture);
                break;
            default:
                bench.Report(TimelineBench.Audio, capture, rtpTime: 12345);
                bench.Report(TimelineBench.Video, capture, rtpTime: 0x8000_0000);
                break;
        }
    }
}
