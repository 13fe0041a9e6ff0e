using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Native.Linux;

/// <summary>
/// Opens files that hold bytes and nothing else: to open a FIFO waits for somebody who writes into it, and to open a device may set it going. Any thread.
/// </summary>
public static unsafe class RegularFile
{
    /// <summary>
    /// Opens a regular file to be read; null when there is none, it may not be read, or something else stands there. Never waits for anything but
    /// the disk: what stands there is looked at first, and again once it is open, as it may have been exchanged meanwhile.
    /// </summary>
    /// <param name="path">Where it lies; symbolic links are followed.</param>
    public static SafeFileHandle? TryOpen(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!IsRegular(path))
        {
            return null;
        }

        SafeFileHandle handle = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        if (!handle.IsInvalid && IsRegular(handle))
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Whether a regular file stands at a path, symbolic links followed.</summary>
    public static bool IsRegular(string path)
    {
        Libc.statx_head found;
        return Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_TYPE, &found) == 0 && IsRegular(in found);
    }

    private static bool IsRegular(SafeFileHandle handle)
    {
        Libc.statx_head found;
        return Libc.statx(handle, "", Libc.AT_EMPTY_PATH, Libc.STATX_TYPE, &found) == 0 && IsRegular(in found);
    }

    private static bool IsRegular(in Libc.statx_head found) => (found.stx_mode & Libc.S_IFMT) == Libc.S_IFREG;
}
