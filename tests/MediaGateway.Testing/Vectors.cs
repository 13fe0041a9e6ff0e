namespace MediaGateway.Testing;

/// <summary>The files of <c>tests/vectors</c>, copied beside the test program.</summary>
public static class Vectors
{
    /// <summary>The text of one file, line ends as they are.</summary>
    public static string Text(params string[] path) => File.ReadAllText(PathOf(path));

    /// <summary>The bytes of one file.</summary>
    public static byte[] Bytes(params string[] path) => File.ReadAllBytes(PathOf(path));

    private static string PathOf(string[] path) => Path.Combine([AppContext.BaseDirectory, "vectors", .. path]);
}
