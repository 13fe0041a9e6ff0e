namespace MediaGateway.Diagnostics.Export;

/// <summary>One series of a metric: its labels and what they add up to. Any thread; adding takes no lock and allocates nothing.</summary>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private long _whole;
    private double _fraction;

    /// <summary>What tells it from the metric's other series.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>The sum of all that was added.</summary>
    public double Sum => Volatile.Read(ref _whole) + Volatile.Read(ref _fraction);

    /// <summary>Of a histogram: how many values lay within each bound, and beyond the last; read one after the other.</summary>
    public long[] Buckets => [.. _buckets ?? []];

    /// <summary>Whether these are its labels, in the same order.</summary>
    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length)
        {
            return false;
        }

        for (int index = 0; index < tags.Length; index++)
        {
            if (!Equals(tags[index].Value, others[index].Value) || tags[index].Key != others[index].Key)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds to a counter or gauge.</summary>
    public void Add(long value) => Interlocked.Add(ref _whole, value);

    /// <summary>Adds to a counter or gauge.</summary>
    public void Add(double value)
    {
        double before;
        do
        {
            before = Volatile.Read(ref _fraction);
        }
        while (Interlocked.CompareExchange(ref _fraction, before + value, before) != before);
    }

    /// <summary>Adds a value to a histogram.</summary>
    public void Sort(double value)
    {
        int place = Array.BinarySearch(bounds!, value); // Only histograms are sorted into, and they have bounds.
        Interlocked.Increment(ref _buckets![place < 0 ? ~place : place]);
        Add(value);
    }
}
