using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using MediaGateway.Connectivity;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Which of our addresses a browser is offered: those of the settings if there are any, else the address that the browser has already
/// reached for signalling followed by those of the network interfaces; in both cases the one that a STUN server sees. Any thread.
/// </summary>
internal sealed class CandidateAddresses(PublicAddresses known)
{
    private const int MaxCandidates = 8;

    /// <summary>Bridges of container and virtual machine hosts: nobody outside this machine is behind them.</summary>
    private static readonly string[] InnerNetworks = ["docker", "br-", "veth", "virbr", "lxc", "lxdbr", "cni", "flannel", "podman"];

    /// <summary>The addresses to offer, best first; never empty.</summary>
    /// <param name="signalingAddress">Our end of the signalling connection; null if unknown.</param>
    public IReadOnlyList<IPAddress> For(IPAddress? signalingAddress)
    {
        IPAddress? reached = Usable(signalingAddress);
        if (known.Advertised.Count > 0)
        {
            IEnumerable<IPAddress> advertised = known.Advertised.Concat(known.Discovered);
            // A browser on this very machine cannot always reach the public address: many routers do not turn packets around.
            return Distinct(reached is not null && IPAddress.IsLoopback(reached) ? advertised.Append(reached) : advertised);
        }

        IEnumerable<IPAddress> interfaces = known.Discovered.Concat(InterfaceAddresses());
        return Distinct(reached is null ? interfaces : interfaces.Prepend(reached));
    }

    private static IPAddress[] Distinct(IEnumerable<IPAddress> addresses)
    {
        IPAddress[] found = [.. addresses.Distinct().Take(MaxCandidates)];
        return found.Length > 0 ? found : [IPAddress.Loopback];
    }

    private static IPAddress? Usable(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        return address is null || IsWildcard(address) || address.IsIPv6LinkLocal ? null : address;
    }

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IEnumerable<IPAddress> InterfaceAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .Where(network => network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .OrderBy(network => InnerNetworks.Any(prefix => network.Name.StartsWith(prefix, StringComparison.Ordinal)))
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6);
}
