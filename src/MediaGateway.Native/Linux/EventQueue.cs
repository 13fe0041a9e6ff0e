using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>
/// Waits on thousands of handles (<c>epoll</c>). Any thread may add, change and remove; one thread waits. A handle must be removed
/// before it is closed: the queue holds no reference to it.
/// </summary>
public sealed unsafe class EventQueue : IDisposable
{
    private const int EventsPerWait = 256;

    /// <summary>epoll_event is { uint32 events; uint64 data; }, packed on x86-64 and aligned everywhere else.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private static readonly int EventBytes = DataOffset + sizeof(ulong);

    private readonly FileDescriptorHandle _handle;
    private readonly byte[] _events = GC.AllocateArray<byte>(EventsPerWait * 16, pinned: true);

    /// <summary>Makes an empty queue.</summary>
    public EventQueue()
    {
        _handle = Libc.epoll_create1(Libc.EPOLL_CLOEXEC);
        if (_handle.IsInvalid)
        {
            throw new LinuxException("epoll_create1", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>
    /// Readable while an event waits: for a thread that waits on few other handles too, in a <see cref="Poller"/>. Stays owned by this
    /// object.
    /// </summary>
    public SafeHandle Handle => _handle;

    /// <summary>Starts to watch a handle.</summary>
    /// <param name="handle">What to watch.</param>
    /// <param name="interest">What for.</param>
    /// <param name="token">Comes back with every event.</param>
    public void Add(SafeHandle handle, EventInterest interest, ulong token) => Control(Libc.EPOLL_CTL_ADD, handle, interest, token);

    /// <summary>Changes what a handle is watched for.</summary>
    public void Modify(SafeHandle handle, EventInterest interest, ulong token) => Control(Libc.EPOLL_CTL_MOD, handle, interest, token);

    /// <summary>Stops to watch a handle. Events already fetched by a wait may still name its token.</summary>
    public void Remove(SafeHandle handle) => Control(Libc.EPOLL_CTL_DEL, handle, EventInterest.None, 0);

    /// <summary>Waits until something happens or <paramref name="timeout"/> has passed.</summary>
    /// <param name="events">Room for events; at most 256 are filled.</param>
    /// <param name="timeout">
    /// Zero or less: only look. <see cref="TimeSpan.MaxValue"/>: no limit. Rounded up to whole milliseconds.
    /// </param>
    /// <returns>How many events there are; 0 after the timeout or an interruption.</returns>
    public int Wait(Span<QueuedEvent> events, TimeSpan timeout)
    {
        int capacity = Math.Min(events.Length, EventsPerWait);
        fixed (byte* buffer = _events)
        {
            int count = Libc.epoll_wait(_handle, buffer, capacity, ToMilliseconds(timeout));
            if (count < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error == Libc.EINTR ? 0 : throw new LinuxException("epoll_wait", error);
            }

            for (int index = 0; index < count; index++)
            {
                ReadOnlySpan<byte> entry = new(buffer + (index * EventBytes), EventBytes);
                events[index] = new QueuedEvent(BitConverter.ToUInt64(entry[DataOffset..]), (EventInterest)BitConverter.ToUInt32(entry));
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static int ToMilliseconds(TimeSpan timeout)
    {
        if (timeout == TimeSpan.MaxValue)
        {
            return -1;
        }

        long milliseconds = (Math.Max(0, timeout.Ticks) + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return (int)Math.Min(int.MaxValue, milliseconds);
    }

    private void Control(int operation, SafeHandle handle, EventInterest interest, ulong token)
    {
        ArgumentNullException.ThrowIfNull(handle);
        Span<byte> entry = stackalloc byte[16];
        BitConverter.TryWriteBytes(entry, (uint)interest);
        BitConverter.TryWriteBytes(entry[DataOffset..], token);
        fixed (byte* pointer = entry)
        {
            LinuxException.ThrowIfFailed(Libc.epoll_ctl(_handle, operation, handle, pointer), "epoll_ctl");
        }
    }
}
