using System.Net;
using System.Net.Sockets;

namespace MediaGateway.Connectivity;

/// <summary>What counts as one address where requests are limited by address.</summary>
internal static class CountedAddress
{
    private const int Ipv6NetworkBytes = 8;

    /// <summary>
    /// The address itself for IPv4, mapped or not, and for this machine; for IPv6 its network of 64 bits, within which a client picks freely.
    /// </summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(Ipv6NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
