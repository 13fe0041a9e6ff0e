namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>Order statistics of small samples.</summary>
internal static class Statistics
{
    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    /// <summary>The value below which <paramref name="part"/> of the values lie (0.95: all but the largest twentieth).</summary>
    public static double Percentile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? throw new InvalidOperationException("There is nothing to measure.")
            : sorted[(int)Math.Round((sorted.Length - 1) * part)];
    }
}
