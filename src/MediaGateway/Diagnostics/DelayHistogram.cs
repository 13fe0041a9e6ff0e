using System.Numerics;

namespace MediaGateway.Diagnostics;

/// <summary>
/// Counts delays in buckets of at most 1/16 relative width, from a microsecond to hours, so that percentiles are exact to 6 %. Recording
/// allocates nothing and takes no lock. Any thread.
/// </summary>
internal sealed class DelayHistogram
{
    private const int SubBucketBits = 4;
    private const int SubBuckets = 1 << SubBucketBits;

    /// <summary>Enough octaves for 2^40 microseconds; longer delays count as that.</summary>
    private const int Octaves = 40 - SubBucketBits + 1;

    private const long LongestMicroseconds = (1L << 40) - 1;

    private readonly long[] _buckets = new long[Octaves * SubBuckets];
    private long _maximum;

    /// <summary>Counts one delay. A negative one counts as zero.</summary>
    public void Record(TimeSpan delay)
    {
        long microseconds = Math.Clamp(delay.Ticks / TimeSpan.TicksPerMicrosecond, 0, LongestMicroseconds);
        Interlocked.Increment(ref _buckets[BucketOf(microseconds)]);
        long seen = Volatile.Read(ref _maximum);
        while (microseconds > seen)
        {
            long current = Interlocked.CompareExchange(ref _maximum, microseconds, seen);
            if (current == seen)
            {
                return;
            }

            seen = current;
        }
    }

    /// <summary>The figures so far.</summary>
    public DelaySummary Summarize()
    {
        long[] counts = new long[_buckets.Length];
        long total = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            counts[bucket] = Volatile.Read(ref _buckets[bucket]);
            total += counts[bucket];
        }

        long maximum = Volatile.Read(ref _maximum);
        return new DelaySummary(
            total,
            Milliseconds(Math.Min(maximum, Percentile(counts, total, 0.50))),
            Milliseconds(Math.Min(maximum, Percentile(counts, total, 0.95))),
            Milliseconds(Math.Min(maximum, Percentile(counts, total, 0.99))),
            Milliseconds(maximum));
    }

    // Below 16 a bucket per microsecond; above, 16 buckets per octave: the highest set bit chooses the octave, the next four the bucket.
    private static int BucketOf(long microseconds)
    {
        if (microseconds < SubBuckets)
        {
            return (int)microseconds;
        }

        int octave = BitOperations.Log2((ulong)microseconds) - SubBucketBits;
        int within = (int)(microseconds >> octave) - SubBuckets;
        return ((octave + 1) * SubBuckets) + within;
    }

    private static long UpperBoundOf(int bucket)
    {
        if (bucket < SubBuckets)
        {
            return bucket;
        }

        int octave = (bucket / SubBuckets) - 1;
        int within = bucket % SubBuckets;
        return ((long)(SubBuckets + within + 1) << octave) - 1;
    }

    private static long Percentile(long[] counts, long total, double share)
    {
        long rank = (long)Math.Ceiling(total * share);
        long seen = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            seen += counts[bucket];
            if (seen >= rank && seen > 0)
            {
                return UpperBoundOf(bucket);
            }
        }

        return 0;
    }

    private static double Milliseconds(long microseconds) => microseconds / 1000.0;
}
