using Xunit;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>
/// The figures that tests measure: part of their output, and added to the file that <c>MEDIAGATEWAY_MEASUREMENTS</c> names, from which
/// <c>docs/measurements.md</c> is written.
/// </summary>
internal static class Measurements
{
    private const string FileVariable = "MEDIAGATEWAY_MEASUREMENTS";

    /// <summary>Whether figures are to be written down: then tests of the long run also measure what they do not assert.</summary>
    public static bool AreWanted => Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 };

    /// <summary>Notes a line of figures.</summary>
    public static void Note(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.AppendAllText(file, $"{TestContext.Current.Test?.TestDisplayName}: {line}\n");
        }
    }
}
