using System.Net;
using System.Net.Sockets;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Connectivity;

/// <summary>
/// The addresses under which browsers reach this machine and which it cannot see at its interfaces: those of the settings, host names
/// among them looked up, and the one that a STUN server sees. Found before the gateway serves and looked up again every minute, since
/// the address of a line or a name may change. What was found last stays in force while nobody answers. Any thread.
/// </summary>
internal sealed class PublicAddresses(IOptions<WebRtcOptions> options, TimeProvider time, ILogger<PublicAddresses> logger) : BackgroundService
{
    /// <summary>How often names and the STUN server are asked. A line that changes its address does so once a day at most.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long the start waits for the first answers; the gateway works without them, too.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(4);

    private readonly Dictionary<string, IPAddress[]> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _failing = new(StringComparer.OrdinalIgnoreCase);
    private volatile IReadOnlyList<IPAddress> _advertised = Literal(options.Value);
    private volatile IReadOnlyList<IPAddress> _discovered = [];

    /// <summary>Those of the settings, in their order.</summary>
    public IReadOnlyList<IPAddress> Advertised => _advertised;

    /// <summary>What the STUN server sees, IPv4 first; empty while that is not known.</summary>
    public IReadOnlyList<IPAddress> Discovered => _discovered;

    private bool HasWork => options.Value.StunServer.Length > 0 || options.Value.AdvertisedAddresses.Any(text => !IPAddress.TryParse(text, out _));

    /// <summary>Whether anybody can send to an address at all.</summary>
    public static bool CanBeOffered(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast && !address.IsIPv6LinkLocal && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224);

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!HasWork)
        {
            return;
        }

        using var patience = new CancellationTokenSource(StartPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await RefreshAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The next look may find more.
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Looks everything up once.</summary>
    /// <exception cref="OperationCanceledException">The caller has no more patience.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        List<IPAddress> advertised = [];
        foreach (string text in options.Value.AdvertisedAddresses)
        {
            advertised.AddRange(IPAddress.TryParse(text, out IPAddress? address) ? [address] : await LookUpAsync(text, cancellationToken));
        }

        _advertised = advertised;
        if (StunServerAddress.TryParse(options.Value.StunServer, out StunServerAddress server))
        {
            await DiscoverAsync(server, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RefreshInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RefreshAsync(stoppingToken);
        }
    }

    private static IPAddress[] Literal(WebRtcOptions options) =>
        [.. options.AdvertisedAddresses.Select(text => IPAddress.TryParse(text, out IPAddress? address) ? address : null).OfType<IPAddress>()];

    /// <summary>The addresses of a name, IPv4 first; those of the last time when it is not known now.</summary>
    private async Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        IPAddress[] found = [];
        try
        {
            found = [.. (await Dns.GetHostAddressesAsync(name, cancellationToken)).Where(CanBeOffered).OrderBy(address => address.AddressFamily)];
        }
        catch (SocketException)
        {
            // Not known, or no name server answers.
        }

        if (found.Length == 0)
        {
            Fail(name, static (logger, name) => logger.NameNotFound(name));
            return _byName.GetValueOrDefault(name, []);
        }

        _failing.Remove(name);
        _byName[name] = found;
        return found;
    }

    private async Task DiscoverAsync(StunServerAddress server, CancellationToken cancellationToken)
    {
        List<IPAddress> seen = [];
        IPAddress[] hosts = IPAddress.TryParse(server.Host, out IPAddress? literal) ? [literal] : await LookUpAsync(server.Host, cancellationToken);
        foreach (IGrouping<AddressFamily, IPAddress> family in hosts.GroupBy(host => host.AddressFamily))
        {
            if (await StunClient.QueryAsync(new IPEndPoint(family.First(), server.Port), time, cancellationToken) is { } address)
            {
                seen.Add(address);
            }
        }

        if (seen.Count == 0)
        {
            Fail(server.ToString(), static (logger, server) => logger.StunServerSilent(server));
            return;
        }

        _failing.Remove(server.ToString());
        if (!seen.SequenceEqual(_discovered))
        {
            _discovered = seen;
            string found = string.Join(", ", seen);
            logger.PublicAddressFound(found, server);
        }
    }

    /// <summary>Says once that something does not answer, until it has answered again.</summary>
    private void Fail(string what, Action<ILogger, string> say)
    {
        if (_failing.Add(what))
        {
            say(logger, what);
        }
    }
}
