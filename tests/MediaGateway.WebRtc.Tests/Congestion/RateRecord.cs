using System.Globalization;
using MediaGateway.WebRtc.Congestion;

namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>What a simulated sender has sent and how long the queue was, every 100 ms.</summary>
internal sealed class RateRecord
{
    private const double BitsPerByte = 8;
    private const int SlotsPerWindow = 5;
    private static readonly TimeSpan Slot = TimeSpan.FromMilliseconds(100);

    private readonly List<long> _bytes = [];
    private readonly List<Entry> _entries = [];

    /// <summary>Counts bytes that were sent.</summary>
    public void Add(TimeSpan at, int bytes)
    {
        while (_bytes.Count <= at / Slot)
        {
            _bytes.Add(0);
        }

        _bytes[(int)(at / Slot)] += bytes;
    }

    /// <summary>Notes how things stand.</summary>
    public void Advance(TimeSpan at, TimeSpan queue, double estimate, double own, BandwidthUsage usage)
    {
        if (at.Ticks % Slot.Ticks == 0)
        {
            _entries.Add(new Entry(at, queue, estimate, own, usage));
        }
    }

    /// <summary>bit/s over the half second up to a time.</summary>
    public double RateAt(TimeSpan at)
    {
        int end = Math.Min((int)(at / Slot), _bytes.Count);
        int begin = Math.Max(end - SlotsPerWindow, 0);
        return end == begin ? 0 : _bytes[begin..end].Sum() * BitsPerByte / ((end - begin) * Slot.TotalSeconds);
    }

    /// <summary>Seconds from a time until the half second before is as wished; infinite: never before <paramref name="to"/>.</summary>
    public double Until(TimeSpan from, TimeSpan to, Func<double, bool> wish)
    {
        for (TimeSpan at = from + Slot; at <= to; at += Slot)
        {
            if (wish(RateAt(at)))
            {
                return (at - from).TotalSeconds;
            }
        }

        return double.PositiveInfinity;
    }

    /// <summary>The mean rate between two times, bit/s.</summary>
    public double Mean(TimeSpan from, TimeSpan to) =>
        _bytes[(int)(from / Slot)..(int)(to / Slot)].Sum() * BitsPerByte / (to - from).TotalSeconds;

    /// <summary>The queue that was not exceeded in so much of the time, in ms.</summary>
    public double Queue(TimeSpan from, TimeSpan to, double share)
    {
        double[] queues = [.. _entries.Where(entry => entry.At >= from && entry.At < to).Select(entry => entry.Queue.TotalMilliseconds).Order()];
        return queues[(int)(share * (queues.Length - 1))];
    }

    /// <summary>The course of a run, for people.</summary>
    public string Describe(int step = 2) => string.Join('\n', _entries.Where((_, index) => index % step == 0).Select(entry => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.At.TotalSeconds,5:0.0} s: sent {RateAt(entry.At) / 1000,5:0} estimate {entry.Estimate / 1000,5:0} own {entry.Own / 1000,5:0} kbit/s queue {entry.Queue.TotalMilliseconds,5:0} ms {entry.Usage}")));

    private readonly record struct Entry(TimeSpan At, TimeSpan Queue, double Estimate, double Own, BandwidthUsage Usage);
}
