using System.Runtime.InteropServices;

namespace MediaGateway.Native.Linux;

/// <summary>Whether the kernel at the other end of a TCP connection is still there. Any thread.</summary>
public static unsafe class SocketLiveness
{
    /// <summary>Probes without an answer that say something; one or two may just have been sent.</summary>
    private const int MeaningfulProbes = 3;

    /// <summary>
    /// How long the peer's kernel has acknowledged nothing although something was sent that it should have acknowledged (TCP_INFO); zero
    /// when it owes nothing, and when the connection has ended. What does not fit into the window of a peer that does not read is owed by
    /// nobody: it lies here, and the peer is probed at ever longer intervals.
    /// </summary>
    /// <param name="socket">A connected TCP socket; it stays the caller's, who may close it meanwhile.</param>
    public static TimeSpan Unacknowledged(SafeHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Libc.tcp_info info = default;
        uint length = (uint)sizeof(Libc.tcp_info);
        try
        {
            if (Libc.getsockopt(socket, Libc.IPPROTO_TCP, Libc.TCP_INFO, &info, &length) != 0)
            {
                return TimeSpan.Zero;
            }
        }
        catch (ObjectDisposedException)
        {
            return TimeSpan.Zero;
        }

        bool isOwed = info.tcpi_snd_wnd > 0 ? info.tcpi_unacked > 0 : info.tcpi_probes >= MeaningfulProbes;
        return isOwed ? TimeSpan.FromMilliseconds(info.tcpi_last_ack_recv) : TimeSpan.Zero;
    }
}
