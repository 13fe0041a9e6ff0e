using System.Globalization;

namespace MediaGateway.Configuration;

/// <summary>
/// Connections are files of the process, and where none are left the runtime itself gives up: it can open none of its own. So no kind of
/// connection may take more than its share of what the system allows (<c>ulimit -n</c>).
/// </summary>
internal static class OpenFileLimit
{
    /// <summary>Files for everything else: the program's own, recordings, outgoing connections.</summary>
    public const int Reserve = 512;

    // RTMP has two descriptors for a connection; HTTP and media over TCP have one.
    private const int Shares = 4;
    private const int Fewest = 16;
    private const string Line = "Max open files";

    /// <summary>How many connections of a kind there may be: those wanted, or fewer where the system allows few files.</summary>
    public static int Connections(int wanted) => Connections(wanted, Read());

    /// <summary>The same for a known limit.</summary>
    /// <param name="wanted">Connections as set.</param>
    /// <param name="files">Files that the process may have open.</param>
    public static int Connections(int wanted, long files) => (int)Math.Min(wanted, Math.Max(Fewest, (files - Reserve) / Shares));

    /// <summary>The limit in the text of <c>/proc/self/limits</c>; no limit where it cannot be read.</summary>
    public static long Parse(string limits)
    {
        foreach (string line in limits.Split('\n'))
        {
            if (line.StartsWith(Line, StringComparison.Ordinal)
                && long.TryParse(line[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out long files))
            {
                return files;
            }
        }

        return long.MaxValue;
    }

    private static long Read()
    {
        try
        {
            return Parse(File.ReadAllText("/proc/self/limits"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }
}
