using MediaGateway.Native.Linux;

namespace MediaGateway.Servers.Rtmp.FanOut.Levels;

/// <summary>
/// Measures from the sender's side what a viewer's network takes: how long ago the bytes were handed over that arrive now, how fast the
/// queue drains, and how fast a burst that fits into it passes. Pictures come in bursts, the keyframes above all; the time that one needs
/// tells more than its level's rate uses. Allocates nothing after it was made. Used by the worker's thread only.
/// </summary>
internal sealed class LinkMeter
{
    /// <summary>Over how long the draining is measured.</summary>
    public static readonly TimeSpan DrainWindow = TimeSpan.FromMilliseconds(300);

    /// <summary>How long the passing of a burst says something about the network.</summary>
    public static readonly TimeSpan BurstLife = TimeSpan.FromSeconds(3);

    /// <summary>The smallest burst that is measured, in bytes: less passes in one go wherever tokens have gathered.</summary>
    private const int SmallestBurst = 6 * 1024;

    /// <summary>What may be left of a burst that counts as having passed: a segment that waits for a late acknowledgement.</summary>
    private const int Rest = 1500;

    private const int MaximumSamples = 128;
    private const int MaximumBursts = 16;

    /// <summary>Of the bursts that are no smaller than this share of the largest, the newest counts: large ones are measured best.</summary>
    private const double LargeShare = 0.6;

    private static readonly TimeSpan SampleSpacing = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestBurst = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan ShortestPassing = TimeSpan.FromMilliseconds(5);

    private readonly Sample[] _samples = new Sample[MaximumSamples];
    private readonly Burst[] _bursts = new Burst[MaximumBursts];
    private int _nextSample;
    private int _sampleCount;
    private int _nextBurst;
    private long _sent;
    private long _acknowledged;
    private long _burstFrom;
    private long _burstTo;
    private TimeSpan _burstAt;

    /// <summary>How long ago the byte was handed over that is acknowledged next, beyond the round trip; zero when nothing is under way.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>Whether a burst is under way, so that the next look should be soon.</summary>
    public bool IsMeasuring { get; private set; }

    /// <summary>Looks at the connection.</summary>
    /// <param name="now">Gateway time.</param>
    /// <param name="sentBytes">All that was handed over so far.</param>
    /// <param name="queue">How much of it is still under way.</param>
    public void Look(TimeSpan now, long sentBytes, in SocketQueue queue)
    {
        _acknowledged = Math.Max(_acknowledged, sentBytes - queue.Bytes);
        if (!IsMeasuring && sentBytes - _sent >= SmallestBurst)
        {
            (IsMeasuring, _burstAt, _burstFrom, _burstTo) = (true, now, _sent, sentBytes);
        }

        _sent = sentBytes;
        Keep(new Sample(now, sentBytes, _acknowledged));
        FinishBurst(now, queue.RoundTrip);
        TimeSpan age = sentBytes > _acknowledged ? now - HandedOverAt(now) - queue.RoundTrip : TimeSpan.Zero;
        Delay = age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    /// <summary>Bits per second that were acknowledged in the last <see cref="DrainWindow"/>: what the network takes while something waits.</summary>
    public double DrainRate(TimeSpan now)
    {
        Sample first = new(now, _sent, _acknowledged);
        for (int back = 1; back <= _sampleCount; back++)
        {
            Sample sample = _samples[(_nextSample - back) & (MaximumSamples - 1)];
            first = sample;
            if (now - sample.At >= DrainWindow)
            {
                break;
            }
        }

        double seconds = (now - first.At).TotalSeconds;
        return seconds > 0 ? (_acknowledged - first.Acknowledged) * 8 / seconds : 0;
    }

    /// <summary>How the largest bursts of the last time passed; null when there was none.</summary>
    public BurstFigure? LastBurst(TimeSpan now)
    {
        long largest = 0;
        foreach (Burst burst in _bursts)
        {
            largest = IsAlive(burst, now) ? Math.Max(largest, burst.Bytes) : largest;
        }

        Burst newest = default;
        foreach (Burst burst in _bursts)
        {
            newest = IsAlive(burst, now) && burst.Bytes >= LargeShare * largest && burst.At >= newest.At ? burst : newest;
        }

        return newest.Bytes > 0 ? new BurstFigure(newest.Bytes, newest.Bytes * 8 / newest.Passing.TotalSeconds) : null;
    }

    private static bool IsAlive(in Burst burst, TimeSpan now) => burst.Bytes > 0 && now - burst.At <= BurstLife;

    private void Keep(in Sample sample)
    {
        int newest = (_nextSample - 1) & (MaximumSamples - 1);
        if (_sampleCount > 0 && sample.At - _samples[newest].At < SampleSpacing)
        {
            // What was handed over a moment later counts as handed over then: the delay is measured from the later time.
            _samples[newest] = sample with { At = _samples[newest].At };
            return;
        }

        _samples[_nextSample] = sample;
        _nextSample = (_nextSample + 1) & (MaximumSamples - 1);
        _sampleCount = Math.Min(MaximumSamples, _sampleCount + 1);
    }

    private void FinishBurst(TimeSpan now, TimeSpan roundTrip)
    {
        if (!IsMeasuring || (_acknowledged < _burstTo - Rest && now - _burstAt < LongestBurst))
        {
            return;
        }

        IsMeasuring = false;
        TimeSpan passing = now - _burstAt - roundTrip;
        _bursts[_nextBurst] = new Burst(now, Math.Min(_acknowledged, _burstTo) - _burstFrom, passing > ShortestPassing ? passing : ShortestPassing);
        _nextBurst = (_nextBurst + 1) % MaximumBursts;
    }

    /// <summary>When the byte was handed over that is acknowledged next; the oldest time known when that is longer ago.</summary>
    private TimeSpan HandedOverAt(TimeSpan now)
    {
        TimeSpan at = now;
        for (int back = 1; back <= _sampleCount; back++)
        {
            Sample sample = _samples[(_nextSample - back) & (MaximumSamples - 1)];
            if (sample.Sent <= _acknowledged)
            {
                break;
            }

            at = sample.At;
        }

        return at;
    }

    private readonly record struct Sample(TimeSpan At, long Sent, long Acknowledged);

    private readonly record struct Burst(TimeSpan At, long Bytes, TimeSpan Passing);
}

/// <summary>How a burst has passed.</summary>
/// <param name="Bytes">How much it was.</param>
/// <param name="BitsPerSecond">How fast.</param>
internal readonly record struct BurstFigure(long Bytes, double BitsPerSecond);
