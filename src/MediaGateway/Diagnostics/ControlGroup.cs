using System.Globalization;

namespace MediaGateway.Diagnostics;

/// <summary>
/// The memory of the container: of the control group that the process is in, or of one above it whose limit is nearer. Versions 1 and 2 of the
/// kernel's interface. Files that the kernel keeps in memory do not count as use: it drops them when it needs the room.
/// </summary>
/// <param name="root">Where control groups are mounted: <c>/sys/fs/cgroup</c>.</param>
/// <param name="membership">The file that says in which groups the process is: <c>/proc/self/cgroup</c>.</param>
internal sealed class ControlGroup(string root, string membership)
{
    private static readonly Names Version1 = new("memory.limit_in_bytes", "memory.usage_in_bytes", ["total_inactive_file ", "total_active_file "]);
    private static readonly Names Version2 = new("memory.max", "memory.current", ["inactive_file ", "active_file "]);

    /// <summary>The nearest limit and what is in use of it; null where there is none below <paramref name="ceiling"/> or it cannot be read.</summary>
    /// <param name="ceiling">The memory of the machine: version 1 writes a huge number where there is no limit.</param>
    public MemoryUse? Read(long ceiling)
    {
        try
        {
            MemoryUse? nearest = null;
            foreach ((string folder, Names names) in Folders())
            {
                if (ReadNumber(Path.Combine(folder, names.Limit)) is { } limit && limit > 0 && limit < ceiling
                    && ReadNumber(Path.Combine(folder, names.Usage)) is { } usage)
                {
                    var use = new MemoryUse(Math.Max(0, usage - Droppable(folder, names)), limit);
                    nearest = nearest is { } other && other.Share >= use.Share ? other : use;
                }
            }

            return nearest;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // In a container the path of the group may be that of the machine, which is not there: its own group is then mounted at the root.
    private IEnumerable<(string Folder, Names Names)> Folders()
    {
        string[] lines = File.Exists(membership) ? File.ReadAllLines(membership) : [];
        foreach (string line in lines)
        {
            string[] parts = line.Split(':', 3);
            if (parts is [_, "", var unified])
            {
                foreach (string folder in Upwards(root, unified))
                {
                    yield return (folder, Version2);
                }
            }
            else if (parts is [_, var controllers, var path] && controllers.Split(',').Contains("memory"))
            {
                foreach (string folder in Upwards(Path.Combine(root, "memory"), path))
                {
                    yield return (folder, Version1);
                }
            }
        }
    }

    private static IEnumerable<string> Upwards(string mount, string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int depth = names.Length; depth >= 0; depth--)
        {
            yield return Path.Combine([mount, .. names.AsSpan(0, depth)]);
        }
    }

    private static long? ReadNumber(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static long Droppable(string folder, Names names)
    {
        string file = Path.Combine(folder, "memory.stat");
        string[] lines = File.Exists(file) ? File.ReadAllLines(file) : [];
        return names.Droppable.Sum(name => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            && long.TryParse(line.AsSpan(name.Length), NumberStyles.Integer, CultureInfo.InvariantCulture, out long bytes) ? bytes : 0);
    }

    private sealed record Names(string Limit, string Usage, string[] Droppable);
}
