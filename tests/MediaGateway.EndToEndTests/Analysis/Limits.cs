namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>How much of a time the tests allow: they run on whatever machine, beside a browser and encoders.</summary>
internal static class Limits
{
    private const int Tolerance = 4;

    /// <summary>The limit for a time whose goal, met on a quiet machine and noted in <c>docs/measurements.md</c>, is <paramref name="goal"/>.</summary>
    public static double Time(double goal) => Tolerance * goal;
}
