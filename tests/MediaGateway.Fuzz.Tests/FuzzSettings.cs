using System.Globalization;

namespace MediaGateway.Fuzz.Tests;

/// <summary>How long the targets run as tests, and with which chance.</summary>
internal static class FuzzSettings
{
    /// <summary>The variable with the seconds of each target.</summary>
    public const string SecondsVariable = "MEDIAGATEWAY_FUZZ_SECONDS";

    /// <summary>The variable with the seed.</summary>
    public const string SeedVariable = "MEDIAGATEWAY_FUZZ_SEED";

    private const double DefaultSeconds = 5;

    // The same inputs in every run, so that nobody's change fails by another one's chance; other ones are for longer runs.
    private const int DefaultSeed = 1;

    /// <summary>How long each target runs.</summary>
    public static TimeSpan Time => TimeSpan.FromSeconds(Read(SecondsVariable, DefaultSeconds));

    /// <summary>Which run of chance.</summary>
    public static int Seed => (int)Read(SeedVariable, DefaultSeed);

    private static double Read(string variable, double otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
