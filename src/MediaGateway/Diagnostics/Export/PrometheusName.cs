namespace MediaGateway.Diagnostics.Export;

/// <summary>Names of metrics as Prometheus has them, by the rules of OpenTelemetry: the unit and <c>total</c> are part of the name.</summary>
internal static class PrometheusName
{
    /// <summary>The name of a metric.</summary>
    /// <param name="name">The instrument's, with dots.</param>
    /// <param name="unit">Its unit in UCUM's letters; what stands in braces is a word for readers and no unit.</param>
    /// <param name="type">Counters end in <c>_total</c>.</param>
    public static string Of(string name, string? unit, MetricType type)
    {
        string full = Plain(name);
        string word = unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "bit/s" => "bits_per_second",
            _ => "",
        };
        if (word.Length > 0 && !full.EndsWith("_" + word, StringComparison.Ordinal))
        {
            full += "_" + word;
        }

        return type == MetricType.Counter ? full + "_total" : full;
    }

    /// <summary>A name with nothing in it but ASCII letters, digits and underscores.</summary>
    public static string Plain(string name) =>
        string.Create(name.Length, name, static (plain, name) =>
        {
            for (int index = 0; index < plain.Length; index++)
            {
                plain[index] = char.IsAsciiLetterOrDigit(name[index]) ? name[index] : '_';
            }
        });
}
