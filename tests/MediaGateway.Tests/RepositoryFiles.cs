using System.Runtime.CompilerServices;

namespace MediaGateway.Tests;

/// <summary>Finds the files of the repository that this test was built from.</summary>
internal static class RepositoryFiles
{
    /// <summary>The top of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file given from the top of the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Every file below a folder whose name ends in <paramref name="ending"/>, build output left out.</summary>
    public static IEnumerable<string> Below(string folder, string ending) =>
        Directory.EnumerateFiles(PathOf(folder), $"*{ending}", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // The build machine's path first; where tests run elsewhere, upwards from the test program.
        foreach (string start in (string[])[Path.GetDirectoryName(thisFile) ?? "/", AppContext.BaseDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "MediaGateway.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
