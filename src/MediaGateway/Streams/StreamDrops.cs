using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>
/// Counts the frames of one stream that were dropped, by reason, and what else of it was discarded, for the stream and for the whole gateway. Any
/// thread; no lock.
/// </summary>
internal sealed class StreamDrops(GatewayMetrics metrics)
{
    // In the order of the reasons.
    private static readonly string[] Words =
    [
        "publisher_changed", "worker_late", "slow_viewer", "slow_disk", "slow_target", "send_queue_full", "narrow_network", "awaits_keyframe", "segmenter_late",
        "bridge_late",
    ];

    // In the order of what is discarded.
    private static readonly string[] DiscardWords = ["forgotten_packets", "postponed_packets", "hls_segments"];

    private readonly long[] _counts = new long[Words.Length];
    private readonly long[] _discards = new long[DiscardWords.Length];

    /// <summary>The word for a reason in figures and reports.</summary>
    public static string WordFor(StreamDropReason reason) => Words[(int)reason];

    /// <summary>Counts; none is nothing to count.</summary>
    public void Add(StreamDropReason reason, long count)
    {
        if (count <= 0)
        {
            return;
        }

        Interlocked.Add(ref _counts[(int)reason], count);
        metrics.FramesDropped(count, Words[(int)reason]);
    }

    /// <summary>The word for something in figures.</summary>
    public static string WordFor(StreamDiscard what) => DiscardWords[(int)what];

    /// <summary>Counts what is not a frame; none is nothing to count.</summary>
    public void Add(StreamDiscard what, long count)
    {
        if (count <= 0)
        {
            return;
        }

        Interlocked.Add(ref _discards[(int)what], count);
        metrics.Discarded(count, DiscardWords[(int)what]);
    }

    /// <summary>Those that there were, by the word of the reason.</summary>
    public IReadOnlyDictionary<string, long> Snapshot() => Read(_counts, Words);

    /// <summary>What else was discarded, by its word.</summary>
    public IReadOnlyDictionary<string, long> Discards() => Read(_discards, DiscardWords);

    private static Dictionary<string, long> Read(long[] counters, string[] words)
    {
        Dictionary<string, long> counts = [];
        for (int index = 0; index < words.Length; index++)
        {
            if (Volatile.Read(ref counters[index]) is > 0 and long count)
            {
                counts[words[index]] = count;
            }
        }

        return counts;
    }
}
