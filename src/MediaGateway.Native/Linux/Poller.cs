using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>
/// Waits on a few handles with <c>ppoll</c> (the media loop: one socket and one <see cref="EventFd"/>). One thread at a time; the
/// handles are kept open while the poller lives. Many handles belong into an <see cref="EventQueue"/>.
/// </summary>
public sealed unsafe class Poller : IDisposable
{
    private readonly SafeHandle[] _handles;
    private readonly Libc.pollfd[] _descriptors;
    private bool _disposed;

    /// <summary>Makes a poller that waits until one of <paramref name="handles"/> is readable; name them by their index later.</summary>
    public Poller(params ReadOnlySpan<SafeHandle> handles)
    {
        _handles = handles.ToArray();
        _descriptors = GC.AllocateArray<Libc.pollfd>(_handles.Length, pinned: true);
        for (int index = 0; index < _handles.Length; index++)
        {
            bool added = false;
            _handles[index].DangerousAddRef(ref added);
            _descriptors[index].fd = (int)_handles[index].DangerousGetHandle();
            _descriptors[index].events = Libc.POLLIN;
        }
    }

    /// <summary>Whether to wait for the handle's being writable too.</summary>
    public void WaitForWritable(int index, bool wanted) =>
        _descriptors[index].events = (short)(Libc.POLLIN | (wanted ? Libc.POLLOUT : 0));

    /// <summary>Waits until something happens or <paramref name="timeout"/> has passed.</summary>
    /// <param name="timeout">Zero or less: only look. <see cref="TimeSpan.MaxValue"/>: no limit. Precise to about 50 us.</param>
    /// <returns>How many handles have something to say; 0 after the timeout or an interruption.</returns>
    public int Wait(TimeSpan timeout)
    {
        long ticks = Math.Max(0, timeout.Ticks);
        Libc.timespec limit = new()
        {
            tv_sec = ticks / TimeSpan.TicksPerSecond,
            tv_nsec = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        fixed (Libc.pollfd* descriptors = _descriptors)
        {
            Libc.timespec* limitOrNone = timeout == TimeSpan.MaxValue ? null : &limit;
            int ready = Libc.ppoll(descriptors, (ulong)_descriptors.Length, limitOrNone, null);
            if (ready >= 0)
            {
                return ready;
            }
        }

        return AfterError();
    }

    /// <summary>Whether the handle had something to read, or an error to fetch, at the end of the last wait.</summary>
    public bool IsReadable(int index) => (_descriptors[index].revents & (Libc.POLLIN | Libc.POLLERR | Libc.POLLHUP)) != 0;

    /// <summary>Whether the handle could be written at the end of the last wait.</summary>
    public bool IsWritable(int index) => (_descriptors[index].revents & (Libc.POLLOUT | Libc.POLLERR)) != 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (SafeHandle handle in _handles)
        {
            handle.DangerousRelease();
        }
    }

    private int AfterError()
    {
        int error = Marshal.GetLastPInvokeError();
        if (error != Libc.EINTR)
        {
            throw new LinuxException("ppoll", error);
        }

        foreach (ref Libc.pollfd descriptor in _descriptors.AsSpan())
        {
            descriptor.revents = 0;
        }

        return 0;
    }
}
