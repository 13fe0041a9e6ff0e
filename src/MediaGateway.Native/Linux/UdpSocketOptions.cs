using System.Net;

namespace MediaGateway.Native.Linux;

/// <summary>Where a <see cref="UdpBatchSocket"/> listens and how much the kernel may hold for it.</summary>
public sealed record UdpSocketOptions
{
    /// <summary>The local address; null: every address, IPv6 and IPv4 on one socket where the machine has IPv6, else IPv4.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The UDP port; 0: the kernel chooses.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Bytes asked for as receive and as send buffer. 4 MiB hold a 50 ms stall at about 600 Mbit/s. The kernel grants at most
    /// <c>net.core.rmem_max</c> and <c>wmem_max</c> to an ordinary user.
    /// </summary>
    public int BufferBytes { get; init; } = 4 * 1024 * 1024;
}
