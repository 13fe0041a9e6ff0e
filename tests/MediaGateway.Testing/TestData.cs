using Xunit;

namespace MediaGateway.Testing;

/// <summary>The folder of captures and bitstreams named by the environment variable <c>MEDIAGATEWAY_TESTDATA</c>.</summary>
public static class TestData
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "MEDIAGATEWAY_TESTDATA";

    /// <summary>The folder; skips the test, saying why, when the variable is not set.</summary>
    public static string Folder
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable(Variable);
            Assert.SkipWhen(string.IsNullOrEmpty(folder), $"Left out: {Variable} does not name the folder of test captures.");
            return folder!;
        }
    }

    /// <summary>The bytes of one file of the folder.</summary>
    public static byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([Folder, .. path]));

    /// <summary>Every file below one folder, in a fixed order; fails when there is none.</summary>
    public static IReadOnlyList<string> Files(params string[] path)
    {
        string[] files = Directory.GetFiles(Path.Combine([Folder, .. path]), "*", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        Assert.NotEmpty(files);
        return files;
    }
}
