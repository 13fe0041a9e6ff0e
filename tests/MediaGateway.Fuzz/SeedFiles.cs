using MediaGateway.Testing;

namespace MediaGateway.Fuzz;

/// <summary>Seeds of the folder of test captures. Without the folder there are none, and targets run with those made in code.</summary>
internal static class SeedFiles
{
    /// <summary>The largest file that is a seed, in bytes.</summary>
    private const int LargestBytes = 256 * 1024;

    /// <summary>Whether there is a folder.</summary>
    public static bool AreThere => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TestData.Variable));

    /// <summary>The files below a folder, the first of each that is too large left out.</summary>
    public static IEnumerable<byte[]> Below(params string[] path) => AreThere
        ? TestData.Files(path).Where(file => new FileInfo(file).Length <= LargestBytes).Select(File.ReadAllBytes)
        : [];

    /// <summary>The first bytes of a file.</summary>
    public static IEnumerable<byte[]> Head(int bytes, params string[] path)
    {
        if (!AreThere)
        {
            return [];
        }

        byte[] file = TestData.Read(path);
        return [file[..Math.Min(file.Length, bytes)]];
    }

    /// <summary>The literals of a file of Pion's vectors.</summary>
    public static IEnumerable<byte[]> Literals(string file) =>
        AreThere ? PionVectors.Read(file).Select(entry => entry.Bytes).Where(bytes => bytes.Length > 0) : [];
}
