using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Native.Linux;

/// <summary>
/// The Linux system calls that the framework does not offer, with the structures of 64-bit Linux (the same for x86-64 and arm64,
/// glibc and musl, but for <c>epoll_event</c>: see <see cref="EventQueue"/>).
/// </summary>
internal static unsafe partial class Libc
{
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EBADF = 9;
    public const int ENOTSOCK = 88;
    public const int ENOBUFS = 105;
    public const int ECONNREFUSED = 111;

    public const int M_ARENA_MAX = -8;

    public const int AF_INET = 2;
    public const int AF_INET6 = 10;

    public const int SOL_SOCKET = 1;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_TIMESTAMPNS = 35;

    public const int IPPROTO_IP = 0;
    public const int IP_PKTINFO = 8;
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;
    public const int IPPROTO_TCP = 6;
    public const int TCP_NODELAY = 1;
    public const int TCP_INFO = 11;
    public const int TCP_USER_TIMEOUT = 18;
    public const int TCP_NOTSENT_LOWAT = 25;

    public const nuint SIOCOUTQ = 0x5411;

    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_NOSIGNAL = 0x4000;

    public const int CLOCK_REALTIME = 0;

    public const int F_DUPFD_CLOEXEC = 1030;

    public const int O_RDONLY = 0;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;

    public const int AT_FDCWD = -100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_TYPE = 1;
    public const int S_IFMT = 0xF000;
    public const int S_IFREG = 0x8000;

    public const int EFD_NONBLOCK = 0x800;
    public const int EFD_CLOEXEC = 0x80000;
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;

    public const short POLLIN = 0x1;
    public const short POLLOUT = 0x4;
    public const short POLLERR = 0x8;
    public const short POLLHUP = 0x10;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int recvmmsg(SafeHandle sockfd, mmsghdr* msgvec, uint vlen, int flags, timespec* timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(SafeHandle sockfd, mmsghdr* msgvec, uint vlen, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendmsg(int sockfd, msghdr* msg, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(int sockfd, byte* buf, nuint len, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(SafeHandle sockfd, int level, int optname, int* optval, uint optlen);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(SafeHandle sockfd, int level, int optname, int* optval, uint* optlen);

    [LibraryImport("libc", SetLastError = true)]
    public static partial FileDescriptorHandle eventfd(uint initval, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(SafeHandle fd, void* buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeHandle fd, void* buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(nint fd);

    // Variadic in C; without O_CREAT there is no further argument.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int dirfd, string path, int flags, uint mask, statx_head* buf);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(SafeHandle dirfd, string path, int flags, uint mask, statx_head* buf);

    // Variadic in C; with its one integer argument the call is the same on x86-64 and on arm64 Linux.
    [LibraryImport("libc", SetLastError = true)]
    public static partial FileDescriptorHandle fcntl(SafeHandle fd, int cmd, nint arg);

    // Variadic like fcntl.
    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeHandle fd, nuint request, int* argp);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(SafeHandle sockfd, int level, int optname, tcp_info* optval, uint* optlen);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ppoll(pollfd* fds, ulong nfds, timespec* timeout, void* sigmask);

    [LibraryImport("libc", SetLastError = true)]
    public static partial FileDescriptorHandle epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(SafeHandle epfd, int op, SafeHandle fd, void* @event);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(SafeHandle epfd, void* events, int maxevents, int timeout);

    [LibraryImport("libc")]
    public static partial int clock_gettime(int clockid, timespec* tp);

    // Not in musl.
    [LibraryImport("libc")]
    public static partial int mallopt(int param, int value);

    /// <summary>The head of the structure, as far as it is read here; the kernel fills what fits.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 232)]
    public struct tcp_info
    {
        /// <summary>Probes of a closed window, or of an idle connection, since something was acknowledged.</summary>
        [FieldOffset(3)]
        public byte tcpi_probes;

        /// <summary>Segments that were sent and not acknowledged.</summary>
        [FieldOffset(24)]
        public uint tcpi_unacked;

        /// <summary>Milliseconds since the last acknowledgement.</summary>
        [FieldOffset(56)]
        public uint tcpi_last_ack_recv;

        /// <summary>The round trip time in microseconds, smoothed.</summary>
        [FieldOffset(68)]
        public uint tcpi_rtt;

        /// <summary>The shortest round trip time of the last minutes in microseconds.</summary>
        [FieldOffset(148)]
        public uint tcpi_min_rtt;

        /// <summary>The window that the peer has announced, in bytes; since Linux 5.4.</summary>
        [FieldOffset(228)]
        public uint tcpi_snd_wnd;
    }

    /// <summary>The structure that <c>statx</c> fills, as far as it is read here; unlike <c>struct stat</c> the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct statx_head
    {
        /// <summary>The fields that were filled.</summary>
        [FieldOffset(0)]
        public uint stx_mask;

        /// <summary>The kind of file, and who may do what with it.</summary>
        [FieldOffset(28)]
        public ushort stx_mode;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public long tv_sec;
        public long tv_nsec;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct iovec
    {
        public byte* iov_base;
        public nuint iov_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct msghdr
    {
        public byte* msg_name;
        public uint msg_namelen;
        public iovec* msg_iov;
        public nuint msg_iovlen;
        public byte* msg_control;
        public nuint msg_controllen;
        public int msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct mmsghdr
    {
        public msghdr msg_hdr;
        public uint msg_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }
}
