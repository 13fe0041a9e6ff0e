using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>Counts the frames of one stream that were dropped, by reason, for the stream and for the whole gateway. Any thread; no lock.</summary>
internal sealed class StreamDrops(GatewayMetrics metrics)
{
    // In the order of the reasons.
    private static readonly string[] Words = ["publisher_changed", "worker_late", "slow_viewer", "slow_disk"];

    private readonly long[] _counts = new long[Words.Length];

    /// <summary>The word for a reason in figures and reports.</summary>
    public static string WordFor(StreamDropReason reason) => Words[(int)reason];

    /// <summary>Counts.</summary>
    public void Add(StreamDropReason reason, long count)
    {
        Interlocked.Add(ref _counts[(int)reason], count);
        metrics.FramesDropped(count, Words[(int)reason]);
    }

    /// <summary>Those that there were, by the word of the reason.</summary>
    public IReadOnlyDictionary<string, long> Snapshot()
    {
        Dictionary<string, long> counts = [];
        for (int index = 0; index < Words.Length; index++)
        {
            if (Volatile.Read(ref _counts[index]) is > 0 and long count)
            {
                counts[Words[index]] = count;
            }
        }

        return counts;
    }
}
