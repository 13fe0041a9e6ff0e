using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Which of our addresses a browser is offered: those of the settings if there are any, else the address that the browser has already
/// reached for signalling followed by those of the network interfaces. Safe to call from any thread.
/// </summary>
internal sealed class CandidateAddresses(IOptions<WebRtcOptions> options)
{
    private const int MaxCandidates = 8;

    /// <summary>The addresses to offer, best first; never empty.</summary>
    /// <param name="signalingAddress">Our end of the signalling connection; null if unknown.</param>
    public IReadOnlyList<IPAddress> For(IPAddress? signalingAddress)
    {
        IPAddress? reached = Usable(signalingAddress);
        if (options.Value.AdvertisedAddresses.Count > 0)
        {
            IEnumerable<IPAddress> advertised = options.Value.AdvertisedAddresses.Select(IPAddress.Parse);
            // A browser on this very machine cannot always reach the public address: many routers do not turn packets around.
            return Distinct(reached is not null && IPAddress.IsLoopback(reached) ? advertised.Append(reached) : advertised);
        }

        IEnumerable<IPAddress> interfaces = InterfaceAddresses();
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
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6);
}
