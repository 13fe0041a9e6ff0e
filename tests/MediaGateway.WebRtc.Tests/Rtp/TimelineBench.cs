using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Rtp;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>
/// A publisher in virtual time, straight on a timeline: capture at the publisher's clock, delay on the way, sender reports. Times in
/// seconds. What is measured for each frame is its stamp less its moment of capture, so that two tracks are in step when it is equal.
/// </summary>
internal sealed class TimelineBench
{
    public const int Audio = 0;
    public const int Video = 1;

    private const double Rounding = 1e-6;
    private const double AudioRate = 48_000;
    private const double VideoRate = 90_000;
    private const double FirstArrival = 123_456;

    private readonly StreamTimeline _timeline = new([TrackKind.Audio, TrackKind.Video], [48_000, 90_000]);
    private readonly TimestampUnwrapper[] _unwrappers = [new(32), new(32)];
    private readonly long[] _bases = [0xFFFF_0000, 0xFFF0_0000];
    private readonly long[] _lastStamp = [-1, -1];
    private readonly double?[] _lastPlace = [null, null];
    private readonly double[] _lastCapture = [0, 0];
    private readonly Random _random = new(1);
    private double? _firstPicture;

    /// <summary>How much faster than the gateway's the publisher's clock runs.</summary>
    public double PartsPerMillion { get; set; }

    /// <summary>Seconds between capture and arrival, per track.</summary>
    public double[] Delay { get; } = [0.02, 0.02];

    /// <summary>The most that a packet is late beyond that.</summary>
    public double Jitter { get; set; }

    /// <summary>The publisher's wall clock at capture time 0, in NTP seconds.</summary>
    public double WallClock { get; set; } = 3_900_000_000;

    /// <summary>Stamp less capture of each track's last frame.</summary>
    public double[] Place { get; } = [0, 0];

    /// <summary>
    /// The most that a track's place moved, per second of capture between two frames of it; without the first two seconds of the
    /// pictures, which may hurry.
    /// </summary>
    public double FastestSlew { get; private set; }

    /// <summary>How far the stream's time is from the gateway's.</summary>
    public double GatewayError { get; private set; }

    public double AudioVideoError => Place[Video] - Place[Audio];

    public StreamTimeline Timeline => _timeline;

    /// <summary>Sends frames of both tracks, 50 and 30 a second, from one capture time to another.</summary>
    public void Run(double from, double to, bool audio = true, bool video = true, double audioInterval = 0.02, double videoInterval = 1.0 / 30)
    {
        double nextAudio = audio ? from : double.MaxValue;
        double nextVideo = video ? from : double.MaxValue;
        while (Math.Min(nextAudio, nextVideo) < to - Rounding) // A frame of that moment belongs to the next run.
        {
            if (nextAudio <= nextVideo)
            {
                Send(Audio, nextAudio);
                nextAudio += audioInterval;
            }
            else
            {
                Send(Video, nextVideo);
                nextVideo += videoInterval;
            }
        }
    }

    /// <summary>Sends the same with true sender reports of both tracks each second.</summary>
    public void RunWithReports(double from, double to)
    {
        for (double second = from; second < to; second++)
        {
            Run(second, Math.Min(second + 1, to));
            Report(Audio, second + 0.9);
            Report(Video, second + 0.95);
        }
    }

    /// <summary>Sends one frame.</summary>
    public void Send(int track, double capture)
    {
        double rate = track == Audio ? AudioRate : VideoRate;
        long rtp = _bases[track] + (long)Math.Round(capture * rate);
        long unwrapped = _unwrappers[track].Unwrap(unchecked((uint)rtp));
        double arrival = Arrival(track, capture) + (_random.NextDouble() * Jitter);
        _timeline.ObservePacket(track, unwrapped, TimeSpan.FromSeconds(arrival));
        MediaTime stamp = _timeline.Stamp(track, unwrapped);
        Assert.True(stamp.Value > _lastStamp[track], "stamps grow strictly");
        Assert.True(stamp.Value >= 0);
        _lastStamp[track] = stamp.Value;
        Measure(track, capture, stamp.Value / rate);
    }

    /// <summary>Sends a sender report; by default a true one.</summary>
    public void Report(int track, double capture, double wallClockError = 0, uint? rtpTime = null)
    {
        double rate = track == Audio ? AudioRate : VideoRate;
        uint wire = rtpTime ?? unchecked((uint)(_bases[track] + (long)Math.Round(capture * rate)));
        double wallClock = WallClock + capture + wallClockError;
        ulong ntp = ((ulong)wallClock << 32) | (ulong)((wallClock - Math.Floor(wallClock)) * 4294967296.0);
        long unwrapped = _unwrappers[track].Peek(wire);
        _timeline.ObserveSenderReport(track, ntp, wire, unwrapped, TimeSpan.FromSeconds(Arrival(Audio, capture)));
    }

    /// <summary>Another source takes a track: its RTP clock starts elsewhere.</summary>
    public void ChangeSource(int track)
    {
        _timeline.Restart(track);
        _unwrappers[track] = new TimestampUnwrapper(32);
        _bases[track] = _random.NextInt64(uint.MaxValue);
    }

    private double Arrival(int track, double capture) => FirstArrival + (capture / (1 + (PartsPerMillion / 1e6))) + Delay[track];

    private void Measure(int track, double capture, double stamp)
    {
        double place = stamp - capture;
        _firstPicture ??= track == Video ? capture : null;
        bool mayHurry = track == Video && capture - _firstPicture < 2.1;
        if (!mayHurry && _lastPlace[track] is { } last && capture - _lastCapture[track] is > 0 and < 1)
        {
            // A stamp is a whole tick: one of them may be rounded up and the next down.
            double tick = 1 / (track == Audio ? AudioRate : VideoRate);
            double moved = Math.Max(0, Math.Abs(place - last) - (2 * tick));
            FastestSlew = Math.Max(FastestSlew, moved / (capture - _lastCapture[track]));
        }

        _lastPlace[track] = place;
        _lastCapture[track] = capture;
        Place[track] = place;
        double gatewayTime = Arrival(Audio, capture) - FirstArrival - Delay[Audio] + StreamTimeline.Epoch.TotalSeconds;
        GatewayError = track == Audio ? stamp - gatewayTime : GatewayError;
    }
}
