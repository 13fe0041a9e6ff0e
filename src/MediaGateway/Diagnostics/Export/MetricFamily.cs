using System.Diagnostics.Metrics;

namespace MediaGateway.Diagnostics.Export;

/// <summary>One metric with all its series, as its instrument fills it. Any thread; a value of a known series takes no lock and allocates nothing.</summary>
internal sealed class MetricFamily
{
    /// <summary>The most series of one metric; what comes beyond goes into one series with the label <c>overflow="true"</c>.</summary>
    public const int MaximumSeries = 5000;

    /// <summary>The bounds of histograms that name none, in seconds.</summary>
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    private readonly Lock _lock = new();
    private MetricSeries[] _series = [];

    /// <summary>Makes a metric without a series.</summary>
    public MetricFamily(Instrument instrument)
    {
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        bool isHistogram = kind == typeof(Histogram<>);
        IsObserved = instrument.IsObservable;
        Bounds = isHistogram ? [.. (instrument as Instrument<double>)?.Advice?.HistogramBucketBoundaries ?? DefaultBounds] : null;
        Type = isHistogram ? MetricType.Histogram : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? MetricType.Counter : MetricType.Gauge;
        Name = PrometheusName.Of(instrument.Name, instrument.Unit, Type);
        Help = instrument.Description ?? "";
    }

    /// <summary>As Prometheus calls it.</summary>
    public string Name { get; }

    /// <summary>What it tells.</summary>
    public string Help { get; }

    /// <summary>What may be done with it.</summary>
    public MetricType Type { get; }

    /// <summary>Of a histogram: the bounds between which its values are counted.</summary>
    public double[]? Bounds { get; }

    /// <summary>Whether its values are asked for, not told.</summary>
    public bool IsObserved { get; }

    /// <summary>The series of now.</summary>
    public IReadOnlyList<MetricSeries> Series => Volatile.Read(ref _series);

    /// <summary>Before its values are asked for: what is no more, such as an ended stream, is not told again.</summary>
    public void Forget() => Volatile.Write(ref _series, []);

    /// <summary>Takes a value.</summary>
    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        MetricSeries series = Find(tags);
        if (Bounds is null)
        {
            series.Add(value);
        }
        else
        {
            series.Sort(value);
        }
    }

    /// <summary>Takes a value.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        MetricSeries series = Find(tags);
        if (Bounds is null)
        {
            series.Add(value);
        }
        else
        {
            series.Sort(value);
        }
    }

    private static MetricSeries? FindIn(MetricSeries[] all, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (MetricSeries series in all)
        {
            if (series.Has(tags))
            {
                return series;
            }
        }

        return null;
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags) => FindIn(Volatile.Read(ref _series), tags) ?? AddSeries(tags);

    private MetricSeries AddSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            MetricSeries[] all = _series;
            KeyValuePair<string, object?>[] own = all.Length < MaximumSeries ? tags.ToArray() : Overflow;
            if (FindIn(all, own) is { } known)
            {
                return known;
            }

            var series = new MetricSeries(own, Bounds);
            Volatile.Write(ref _series, [.. all, series]);
            return series;
        }
    }
}
