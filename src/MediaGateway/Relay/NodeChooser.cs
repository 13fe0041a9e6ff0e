using System.Collections.Concurrent;
using MediaGateway.Configuration;
using MediaGateway.Rtmp;
using Microsoft.Extensions.Options;

namespace MediaGateway.Relay;

/// <summary>
/// Chooses the gateway that a viewer is sent to, for RTMP redirects and SMIL manifests alike: each open node in turn, as often as its weight
/// says and as evenly as can be (smooth weighted round robin). The settings are read again while the gateway runs; what <see cref="Drain"/>
/// says goes before them until it ends. Any thread.
/// </summary>
internal sealed class NodeChooser : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, bool> _drained = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _credits = new(StringComparer.OrdinalIgnoreCase);
    private readonly IDisposable? _changes;
    private volatile RelayOptions _options;

    /// <summary>Reads the settings and goes on watching them. Settings that have become wrong leave the last right ones in force.</summary>
    public NodeChooser(IOptionsMonitor<RelayOptions> options)
    {
        _options = options.CurrentValue;
        _changes = options.OnChange(changed => _options = changed);
    }

    /// <summary>Every node of the settings, in their order.</summary>
    public IReadOnlyList<RelayNode> Nodes => [.. _options.Nodes.Select(NodeOf)];

    /// <summary>Whether RTMP players are to be sent to a node.</summary>
    public bool RedirectsPlayers => _options.RedirectPlayers;

    /// <summary>Opens or closes a node to new viewers; false when there is no node of that id.</summary>
    public bool Drain(string id, bool isDrained)
    {
        if (!Nodes.Any(node => IsNamed(node, id)))
        {
            return false;
        }

        _drained[id] = isDrained;
        return true;
    }

    /// <summary>The node for the next viewer; null when none is open.</summary>
    public RelayNode? Choose()
    {
        lock (_lock)
        {
            // Each open node earns its weight; the richest is chosen and pays what all have earned.
            RelayNode? chosen = null;
            int best = int.MinValue;
            int earned = 0;
            foreach (RelayNode node in Nodes.Where(node => node.IsOpen))
            {
                int credit = _credits.GetValueOrDefault(node.Id) + node.Weight;
                _credits[node.Id] = credit;
                earned += node.Weight;
                (chosen, best) = credit > best ? (node, credit) : (chosen, best);
            }

            if (chosen is not null)
            {
                _credits[chosen.Id] = best - earned;
            }

            return chosen;
        }
    }

    /// <summary>
    /// Whether a client that says it connected to <paramref name="address"/> is at one of the nodes: then it was sent there, or chose it by
    /// itself, and is not sent on, or two gateways with the same list would send it to and fro.
    /// </summary>
    public bool IsAtNode(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
        && Nodes.Select(node => new Uri(node.Address)).Any(
            node => string.Equals(node.Host, uri.Host, StringComparison.OrdinalIgnoreCase) && PortOf(node) == PortOf(uri));

    /// <inheritdoc/>
    public void Dispose() => _changes?.Dispose();

    private static bool IsNamed(RelayNode node, string id) => string.Equals(node.Id, id, StringComparison.OrdinalIgnoreCase);

    // Players write the default port into the address or leave it out, whatever the node's own address does.
    private static int PortOf(Uri uri) => uri.Port >= 0
        ? uri.Port
        : uri.Scheme == "rtmps" ? RtmpTargetUrl.DefaultSecurePort : RtmpTargetUrl.DefaultPort;

    private RelayNode NodeOf(RelayNodeOptions options)
    {
        string id = RelayNode.IdOf(options);
        string? http = string.IsNullOrEmpty(options.HttpAddress) ? null : options.HttpAddress.TrimEnd('/');
        bool isDrained = _drained.TryGetValue(id, out bool said) ? said : options.Drain;
        return new RelayNode(id, options.Address.TrimEnd('/'), http, options.Weight, isDrained);
    }
}
