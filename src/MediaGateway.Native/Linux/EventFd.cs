using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>
/// Wakes a thread that waits in a <see cref="Poller"/> or an <see cref="EventQueue"/>. Many signals before the wake-up are one.
/// </summary>
public sealed unsafe class EventFd : IDisposable
{
    private readonly FileDescriptorHandle _handle;
    private int _signalled;

    /// <summary>Makes an event that is not signalled.</summary>
    public EventFd()
    {
        _handle = Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        if (_handle.IsInvalid)
        {
            throw new LinuxException("eventfd", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The handle to wait on; readable while signalled. Stays owned by this object.</summary>
    public SafeHandle Handle => _handle;

    /// <summary>Wakes the waiting thread. Any thread; first make visible what it shall find.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            ulong one = 1;
            LinuxException.ThrowIfFailed(Libc.write(_handle, &one, sizeof(ulong)), "write(eventfd)");
        }
    }

    /// <summary>Takes the signal back. The waiting thread calls it <em>before</em> it looks at what it was woken for.</summary>
    public void Clear()
    {
        if (Interlocked.Exchange(ref _signalled, 0) != 0)
        {
            // A signal that is set but not yet written leaves nothing to read here and wakes once more: harmless.
            ulong count;
            _ = Libc.read(_handle, &count, sizeof(ulong));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
