using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

/// <summary>
/// Each clock of a publisher just before it comes round, and 15 s across it over a network that loses and reorders. The sequence numbers of
/// pictures come round in every one of these runs.
/// </summary>
public class PeerSessionWrapTests
{
    private const double PictureInterval = 0.033;
    private const double SoundInterval = 0.020;

    // What TestPublisher adds to its time: the SSRC to RTP timestamps, 3.9e9 s to NTP time.
    private const double VideoOffset = 1111;
    private const double AudioOffset = 2222;
    private const double NtpOffset = 3_900_000_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>What comes round, and when, in seconds of the publisher's clock.</summary>
    public static TheoryData<string, double> Wraps => new()
    {
        { "RTP time of pictures, 32 bits", ((1L << 32) - VideoOffset) / 90_000 },
        { "RTP time of pictures, sign", ((1L << 31) - VideoOffset) / 90_000 },
        { "RTP time of sound, 32 bits", ((1L << 32) - AudioOffset) / 48_000 },
        { "RTP time of sound, sign", ((1L << 31) - AudioOffset) / 48_000 },
        { "90 kHz times a thousand million, 63 bits", Math.Pow(2, 63) / 90_000 / 1e9 },
        { "NTP time in 16.16 seconds", 65_536 - (NtpOffset % 65_536) },
        { "NTP seconds, 2036", (1L << 32) - NtpOffset },
    };

    [Theory]
    [MemberData(nameof(Wraps))]
    public void ClockComesRound_EveryFrameIsInItsPlace(string what, double seconds)
    {
        TimeSpan wrap = TimeSpan.FromSeconds(seconds);
        using var pair = new PeerPair(seed: 7, start: wrap - (5 * Second));
        LinkConditions quiet = new() { Delay = TimeSpan.FromMilliseconds(25), Reordering = 0.05 };
        pair.SetNetwork(quiet);
        Assert.True(pair.Connect(2 * Second), what);
        pair.Run(wrap - (0.5 * Second) - pair.Now);
        pair.SetNetwork(quiet with { Loss = 0.03 });
        pair.Run(Second);
        pair.SetNetwork(quiet);
        pair.Run(15 * Second);

        Assert.Null(pair.Closed);
        Assert.True(pair.Publisher.Nacked > 0, "nothing was lost");
        Assert.Equal(0, pair.Publisher.KeyframeRequests);
        Assert.Equal(pair.Publisher.AccessUnits.Take(pair.Pictures.Count), pair.Pictures.Select(frame => frame.Payload));
        Assert.InRange(pair.Pictures.Count, pair.Publisher.AccessUnits.Count - 3, pair.Publisher.AccessUnits.Count);
        double[] pictures = Times(pair, TrackKind.Video);
        double[] sounds = Times(pair, TrackKind.Audio);
        Assert.InRange(sounds.Length, pair.Publisher.AudioPackets - 5, pair.Publisher.AudioPackets);
        AssertEven(pictures, PictureInterval);
        AssertEven(sounds, SoundInterval);

        // The first of each was sent at the same moment.
        Assert.InRange(Math.Abs(pictures[0] - sounds[0]), 0, 0.010);
        Assert.InRange(Math.Abs(pictures[^1] - pictures[0] - ((pictures.Length - 1) * PictureInterval)), 0, 0.005);
    }

    private static double[] Times(PeerPair pair, TrackKind kind) =>
        [.. pair.Frames.Where(frame => frame.Kind == kind).Select(frame => frame.Presentation.ToTimeSpan().TotalSeconds)];

    private static void AssertEven(double[] times, double interval)
    {
        for (int i = 1; i < times.Length; i++)
        {
            Assert.InRange(times[i] - times[i - 1], interval - 0.002, interval + 0.002);
        }
    }
}
