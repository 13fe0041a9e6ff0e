using MediaGateway.Native.Linux;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Vod;

/// <summary>
/// Opens files of a root and nothing else: the path is checked by its text, then with every symbolic link followed, and once more by what the
/// kernel says was opened, so that a link that is changed meanwhile leads nowhere either. FIFOs, devices and sockets are no files.
/// </summary>
internal static class VodPaths
{
    // As many as the kernel follows.
    private const int MaximumLinks = 40;

    /// <summary>The path with all links followed of the first candidate that is a file inside the root; null when there is none.</summary>
    public static string? Find(VodRoot root, VodName name)
    {
        string folder = Path.GetFullPath(root.Folder);
        if (RealPath(folder) is not { } realFolder)
        {
            return null;
        }

        foreach (string candidate in name.Candidates)
        {
            string path = Path.GetFullPath(Path.Combine(folder, candidate));
            if (IsInside(path, folder) && RealPath(path) is { } real && IsInside(real, realFolder) && RegularFile.IsRegular(real))
            {
                return real;
            }
        }

        return null;
    }

    /// <summary>Opens a file that <see cref="Find"/> has found; null when it is gone, or not what it was.</summary>
    public static SafeFileHandle? TryOpen(VodRoot root, string path)
    {
        if (RegularFile.TryOpen(path) is not { } handle)
        {
            return null;
        }

        if (IsInside(OpenedPath(handle), RealPath(Path.GetFullPath(root.Folder)) ?? ""))
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    private static bool IsInside(string path, string folder) =>
        folder.Length > 0 && path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>What the kernel says was opened.</summary>
    public static string OpenedPath(SafeFileHandle handle)
    {
        int descriptor = (int)handle.DangerousGetHandle();
        return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "";
    }

    /// <summary>The path with all links followed; null when there is no such file or folder.</summary>
    public static string? RealPath(string path)
    {
        try
        {
            string real = "/";
            var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
            for (int links = 0; rest.TryPop(out string? part);)
            {
                string next = Path.GetFullPath(Path.Combine(real, part));
                if (new FileInfo(next).LinkTarget is not { } target)
                {
                    real = next;
                    continue;
                }

                links++;
                if (links > MaximumLinks)
                {
                    return null;
                }

                string followed = Path.GetFullPath(Path.Combine(real, target));
                foreach (string piece in followed.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(piece);
                }

                real = "/";
            }

            return Path.Exists(real) ? real : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
