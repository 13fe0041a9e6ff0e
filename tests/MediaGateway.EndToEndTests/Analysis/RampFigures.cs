using System.Globalization;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>How soon a sender followed a link that became narrow and wide again; null for never.</summary>
/// <param name="Up">From the start to 1.8 Mbit/s.</param>
/// <param name="Down">From the narrowing to less than the narrow link carries.</param>
/// <param name="Back">From the widening to 1.5 Mbit/s.</param>
/// <param name="Overflowed">Packets that found the link's queue full.</param>
internal sealed record RampFigures(TimeSpan? Up, TimeSpan? Down, TimeSpan? Back, long Overflowed)
{
    /// <summary>The medians of some runs, in brackets the runs, as the cells of a row of a table.</summary>
    public static string Row(IReadOnlyList<RampFigures> runs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cell(runs, run => run.Up)} | {Cell(runs, run => run.Down)} | {Cell(runs, run => run.Back)} | {Median(runs.Select(run => (double)run.Overflowed)):0}");

    private static string Cell(IReadOnlyList<RampFigures> runs, Func<RampFigures, TimeSpan?> figure)
    {
        double[] seconds = [.. runs.Select(run => figure(run)?.TotalSeconds ?? double.PositiveInfinity)];
        return seconds.Length == 1 ? Text(seconds[0]) : $"{Text(Median(seconds))} ({string.Join(", ", seconds.Select(Text))})";
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private static string Text(double seconds) =>
        double.IsInfinity(seconds) ? "never" : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
}
