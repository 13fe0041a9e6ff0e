using System.Globalization;
using System.Text;

namespace MediaGateway.Diagnostics.Export;

/// <summary>Writes metrics in Prometheus's text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>The media type of the format.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes one metric, also when it has no series yet: whoever builds a page of figures sees what there is.</summary>
    public static void Write(StringBuilder text, MetricFamily family)
    {
        text.Append("# HELP ").Append(family.Name).Append(' ');
        Escape(text, family.Help, isLabel: false);
        text.Append("\n# TYPE ").Append(family.Name).Append(' ').Append(family.Type.ToString().ToLowerInvariant()).Append('\n');
        foreach (MetricSeries series in family.Series)
        {
            if (family.Bounds is { } bounds)
            {
                WriteHistogram(text, family.Name, bounds, series);
            }
            else
            {
                WriteSample(text, family.Name, "", series, null, series.Sum);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, double[] bounds, MetricSeries series)
    {
        // The sum first: values that come in between are then in the count and not in the sum, which no rate shows.
        double sum = series.Sum;
        long count = 0;
        long[] buckets = series.Buckets;
        for (int index = 0; index < buckets.Length; index++)
        {
            count += buckets[index];
            string bound = index < bounds.Length ? Number(bounds[index]) : "+Inf";
            WriteSample(text, name, "_bucket", series, bound, count);
        }

        WriteSample(text, name, "_sum", series, null, sum);
        WriteSample(text, name, "_count", series, null, count);
    }

    private static void WriteSample(StringBuilder text, string name, string suffix, MetricSeries series, string? bound, double value)
    {
        text.Append(name).Append(suffix);
        char separator = '{';
        foreach (KeyValuePair<string, object?> tag in series.Tags)
        {
            text.Append(separator).Append(PrometheusName.Plain(tag.Key)).Append("=\"");
            Escape(text, Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "", isLabel: true);
            text.Append('"');
            separator = ',';
        }

        if (bound is not null)
        {
            text.Append(separator).Append("le=\"").Append(bound).Append('"');
            separator = ',';
        }

        text.Append(separator == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Escape(StringBuilder text, string words, bool isLabel)
    {
        foreach (char letter in words)
        {
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '"' when isLabel => text.Append("\\\""),
                _ => text.Append(letter),
            };
        }
    }
}
