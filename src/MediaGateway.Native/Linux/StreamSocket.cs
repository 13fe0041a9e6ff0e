using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>
/// Sends on a connected TCP socket that somebody else owns, past the framework's own queues and without ever blocking. Works on a
/// duplicate of the descriptor, so that the owner may close the socket at any time: its number cannot become another connection's
/// while we hold ours. (Holding the owner's handle instead would make the owner wait: <c>Socket.Dispose</c> spins until the last
/// reference is gone, for ever if it is called by the thread that holds it.) One thread at a time; allocates nothing per call.
/// </summary>
public sealed unsafe class StreamSocket : IDisposable
{
    private const int SendFlags = Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL;

    private readonly FileDescriptorHandle _duplicate;
    private readonly int _descriptor;
    private bool _isDisposed;

    /// <summary>Duplicates the descriptor of <paramref name="handle"/>.</summary>
    /// <exception cref="ObjectDisposedException">The socket was closed already.</exception>
    public StreamSocket(SafeHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _duplicate = Libc.fcntl(handle, Libc.F_DUPFD_CLOEXEC, 0);
        if (_duplicate.IsInvalid)
        {
            throw new LinuxException("fcntl(F_DUPFD_CLOEXEC)", Marshal.GetLastPInvokeError());
        }

        _descriptor = (int)_duplicate.DangerousGetHandle();
    }

    /// <summary>
    /// The duplicate, for an <see cref="EventQueue"/>. Remove it from the queue before disposing this object: while the owner's own
    /// descriptor is open the queue would go on reporting it.
    /// </summary>
    public SafeHandle Handle => _duplicate;

    /// <summary>Sends one piece of memory.</summary>
    /// <param name="bytes">What to send; may be empty.</param>
    /// <param name="sent">Bytes that the kernel took, from the start.</param>
    public SendOutcome Send(ReadOnlySpan<byte> bytes, out int sent)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        sent = 0;
        if (bytes.IsEmpty)
        {
            return SendOutcome.Sent;
        }

        fixed (byte* pointer = bytes)
        {
            nint result;
            do
            {
                result = Libc.send(_descriptor, pointer, (nuint)bytes.Length, SendFlags);
            }
            while (result < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);
            return Judge(result, out sent);
        }
    }

    /// <summary>Sends all segments of a list in one call.</summary>
    /// <param name="segments">What to send; may be empty. Stays as it is.</param>
    /// <param name="sent">Bytes that the kernel took, counted over the segments from the start.</param>
    public SendOutcome Send(GatherList segments, out int sent)
    {
        ArgumentNullException.ThrowIfNull(segments);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        sent = 0;
        if (segments.Count == 0)
        {
            return SendOutcome.Sent;
        }

        Libc.msghdr message = new() { msg_iov = segments.Segments, msg_iovlen = (nuint)segments.Count };
        nint result;
        do
        {
            result = Libc.sendmsg(_descriptor, &message, SendFlags);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);
        return Judge(result, out sent);
    }

    /// <summary>
    /// How many bytes may lie unsent in the kernel before the socket counts as not writable (TCP_NOTSENT_LOWAT): what a slow viewer
    /// can lag behind without the sender's knowing.
    /// </summary>
    public void SetNotSentLowWater(int bytes) => SetTcpOption(Libc.TCP_NOTSENT_LOWAT, bytes, "setsockopt(TCP_NOTSENT_LOWAT)");

    /// <summary>Whether small pieces leave at once (TCP_NODELAY).</summary>
    public void SetNoDelay(bool noDelay) => SetTcpOption(Libc.TCP_NODELAY, noDelay ? 1 : 0, "setsockopt(TCP_NODELAY)");

    /// <summary>How long sent bytes may stay unacknowledged before the connection counts as dead (TCP_USER_TIMEOUT).</summary>
    public void SetUserTimeout(TimeSpan timeout) =>
        SetTcpOption(Libc.TCP_USER_TIMEOUT, (int)timeout.TotalMilliseconds, "setsockopt(TCP_USER_TIMEOUT)");

    /// <summary>Asks the kernel how the connection stands (SIOCOUTQ, TCP_INFO); false when it has ended.</summary>
    public bool TryMeasure(out SocketQueue queue)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int bytes = 0;
        Libc.tcp_info info = default;
        uint length = (uint)sizeof(Libc.tcp_info);
        bool isKnown = Libc.ioctl(_duplicate, Libc.SIOCOUTQ, &bytes) == 0
            && Libc.getsockopt(_duplicate, Libc.IPPROTO_TCP, Libc.TCP_INFO, &info, &length) == 0;
        uint shortest = info.tcpi_min_rtt is 0 or uint.MaxValue ? info.tcpi_rtt : info.tcpi_min_rtt;
        queue = isKnown ? new SocketQueue(bytes, TimeSpan.FromMicroseconds(shortest)) : default;
        return isKnown;
    }

    /// <summary>Closes the duplicate; the connection ends when its owner has closed it too.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _duplicate.Dispose();
    }

    private static SendOutcome Judge(nint result, out int sent)
    {
        sent = (int)Math.Max(0, result);
        if (result >= 0)
        {
            return SendOutcome.Sent;
        }

        int error = Marshal.GetLastPInvokeError();
        return error switch
        {
            Libc.EAGAIN or Libc.ENOBUFS => SendOutcome.WouldBlock,
            Libc.EBADF or Libc.ENOTSOCK => throw new LinuxException("sendmsg", error),
            _ => SendOutcome.Closed,
        };
    }

    /// <summary>A connection that ended meanwhile takes no option; the next send says so.</summary>
    private void SetTcpOption(int option, int value, string call)
    {
        int result = Libc.setsockopt(Handle, Libc.IPPROTO_TCP, option, &value, sizeof(int));
        if (result < 0 && Marshal.GetLastPInvokeError() is Libc.EBADF or Libc.ENOTSOCK)
        {
            throw new LinuxException(call, Marshal.GetLastPInvokeError());
        }
    }
}
