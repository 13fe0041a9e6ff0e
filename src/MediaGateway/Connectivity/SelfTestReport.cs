using System.Net;
using System.Text;
using MediaGateway.Streams;

namespace MediaGateway.Connectivity;

/// <summary>What the self-test knows, and the one sentence that it makes of it: what is wrong with what to do about it, or that all is well.</summary>
internal sealed record SelfTestReport
{
    private const int NamesTold = 6;

    /// <summary>The media port.</summary>
    public required MediaPortReport Port { get; init; }

    /// <summary>Whether the settings, or a STUN server, name the addresses.</summary>
    public required bool HasPublicAddress { get; init; }

    /// <summary>Whether the process runs in a container.</summary>
    public required bool IsInContainer { get; init; }

    /// <summary>The HTTPS port; null when there is none.</summary>
    public int? HttpsPort { get; init; }

    /// <summary>The names and addresses of the certificate.</summary>
    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>This machine's own addresses.</summary>
    public IReadOnlyCollection<IPAddress> OwnAddresses { get; init; } = [];

    /// <summary>What is wrong, in words with what to do; empty when all is well.</summary>
    public IReadOnlyList<string> Problems => [.. FindProblems()];

    /// <summary>The sentence.</summary>
    public string Sentence
    {
        get
        {
            IReadOnlyList<string> problems = Problems;
            var text = new StringBuilder(problems.Count == 0 ? "Self-test passed: " : "Self-test: ");
            text.Append($"media port {Port.Port} is open for UDP (receive buffer {Port.ReceiveBufferBytes / 1024} KiB)")
                .Append(Port.TakesTcp ? " and TCP" : ", not for TCP")
                .Append($"; browsers are offered {string.Join(", ", Port.Addresses.Select(address => $"{address.Address} ({Reached(address)})"))}")
                .Append(HttpsPort is { } port ? $"; HTTPS on port {port} with a certificate for {Names()}" : "; no HTTPS");
            foreach (string problem in problems)
            {
                text.Append("; but ").Append(problem);
            }

            return text.Append('.').ToString();
        }
    }

    private IEnumerable<string> FindProblems()
    {
        if (IsInContainer && !HasPublicAddress)
        {
            yield return "this is a container, whose addresses others do not reach: set MEDIAGATEWAY_PUBLIC_ADDRESS to the address under which browsers reach it";
        }
        else if (Port.Addresses.All(address => IPAddress.IsLoopback(address.Address)))
        {
            yield return "browsers on other machines are offered no address: set MEDIAGATEWAY_PUBLIC_ADDRESS to the one under which they reach this machine";
        }

        string[] closed = [.. Port.Addresses.Where(address => !address.OverUdp && OwnAddresses.Contains(address.Address)).Select(address => address.Address.ToString())];
        if (closed.Length > 0)
        {
            yield return $"nothing sent to {string.Join(" and ", closed)} arrives, though it is this machine's own: see whether WebRtc:BindAddress or a firewall keeps it out";
        }

        string[] outer = [.. Port.Addresses.Where(address => !address.OverUdp && !OwnAddresses.Contains(address.Address)).Select(address => address.Address.ToString())];
        if (outer.Length > 0)
        {
            yield return $"nothing sent to {string.Join(" and ", outer)} from here arrives: unless the router does not turn packets around, which is common and harmless, "
                + $"forward UDP and TCP port {Port.Port} to this machine";
        }

        if (Port.TakesTcp && Port.Addresses.Any(address => address.OverUdp && !address.OverTcp))
        {
            yield return "TCP does not arrive where UDP does: clients behind firewalls that let no UDP through cannot connect until it is let through, too";
        }

        if (Port.ReceiveBufferBytes < Port.WantedBufferBytes)
        {
            yield return $"{Port.WantedBufferBytes / 1024} KiB of receive buffer were asked for: raise net.core.rmem_max (sysctl), or bursts are lost";
        }
    }

    private static string Reached(ReachedAddress address) => (address.OverUdp, address.OverTcp) switch
    {
        (true, true) => "reached by UDP and TCP",
        (true, false) => "reached by UDP",
        (false, true) => "reached by TCP only",
        _ => "not reached from here",
    };

    private string Names() => CertificateNames.Count switch
    {
        0 => "no name",
        > NamesTold => $"{string.Join(", ", CertificateNames.Take(NamesTold))} and {CertificateNames.Count - NamesTold} more",
        _ => string.Join(", ", CertificateNames),
    };
}
