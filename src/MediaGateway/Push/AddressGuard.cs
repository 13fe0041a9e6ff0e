using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;

namespace MediaGateway.Push;

/// <summary>
/// Decides to which addresses a push may connect: those of the public Internet, and what the settings name. Whoever may start a push must
/// not reach the services of our own network through it. Immutable; any thread.
/// </summary>
internal sealed class AddressGuard
{
    // IANA's special-purpose registries (RFC 6890 and its updates): what is not globally reachable.
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"),
    ];

    private static readonly IPNetwork[] NeverPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fec0::/10"), IPNetwork.Parse("ff00::/8"),
        IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("100::/64"),

        // Wrappers of IPv4: NAT64, Teredo, 6to4. What they wrap is not worth the reading.
        IPNetwork.Parse("64:ff9b::/96"), IPNetwork.Parse("64:ff9b:1::/48"), IPNetwork.Parse("2001::/32"), IPNetwork.Parse("2002::/16"),
        IPNetwork.Parse("::/96"),
    ];

    private readonly bool _allowsPrivate;
    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IPNetwork> _networks = [];

    /// <summary>Takes the rules from the settings.</summary>
    public AddressGuard(PushOptions options)
    {
        _allowsPrivate = options.AllowPrivateAddresses;
        foreach (string entry in options.AllowedHosts)
        {
            if (entry.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(entry, out IPNetwork network))
            {
                _networks.Add(network);
            }
            else
            {
                _hosts.Add(entry);
            }
        }
    }

    /// <summary>Whether a push to <paramref name="host"/> may connect to <paramref name="address"/>, which the host has.</summary>
    public bool Allows(string host, IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (_hosts.Contains(host) || Holds(_networks, plain))
        {
            return true;
        }

        if (Holds(Private, plain))
        {
            return _allowsPrivate;
        }

        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !Holds(NeverPublic, plain);
    }

    private static bool Holds(IEnumerable<IPNetwork> networks, IPAddress address)
    {
        foreach (IPNetwork network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
