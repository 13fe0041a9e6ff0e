using System.Collections.Concurrent;
using MediaGateway.Configuration;
using MediaGateway.Relay;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// Where RTMP clients are sent to instead of being served: by the settings <c>Rtmp:Redirect</c> and <c>Applications:name:Redirect</c>,
/// which are read again while the gateway runs, or by <see cref="Set"/>; and new players to one of the nodes, with <c>Relay:RedirectPlayers</c>.
/// Connections that are open hear of every change but of those about nodes. Any thread.
/// </summary>
internal sealed class RtmpRedirects : IDisposable
{
    private readonly ConcurrentDictionary<RtmpReceiveLoop, bool> _connections = new();
    private readonly ConcurrentDictionary<string, string> _set = new(StringComparer.Ordinal);
    private readonly NodeChooser _nodes;
    private readonly IDisposable? _rtmpChanges;
    private readonly IDisposable? _applicationChanges;
    private volatile RtmpOptions _rtmp;
    private volatile ApplicationsOptions _applications;

    /// <summary>Reads the settings and goes on watching them. Settings that have become wrong leave the last right ones in force.</summary>
    public RtmpRedirects(IOptionsMonitor<RtmpOptions> rtmp, IOptionsMonitor<ApplicationsOptions> applications, NodeChooser nodes)
    {
        _nodes = nodes;
        (_rtmp, _applications) = (rtmp.CurrentValue, applications.CurrentValue);
        _rtmpChanges = rtmp.OnChange(options =>
        {
            _rtmp = options;
            TellAll();
        });
        _applicationChanges = applications.OnChange(options =>
        {
            _applications = options;
            TellAll();
        });
    }

    /// <summary>What was set while the gateway runs, by application.</summary>
    public IReadOnlyDictionary<string, string> Current => new Dictionary<string, string>(_set, StringComparer.Ordinal);

    /// <summary>The name under which <see cref="Set"/> keeps what holds for every application.</summary>
    public const string EveryApplication = "";

    /// <summary>
    /// Sends the clients of an application elsewhere, or no longer; what is set so goes before the settings until the gateway ends.
    /// Clients that are connected are asked to go if they have announced that they can.
    /// </summary>
    /// <param name="application">The application, or <see cref="EveryApplication"/>.</param>
    /// <param name="address">Where to, as <see cref="RedirectAddress.IsValid"/> has it; null ends it.</param>
    /// <exception cref="ArgumentException">Clients cannot be sent to that address.</exception>
    public void Set(string application, string? address)
    {
        if (address is null)
        {
            _set.TryRemove(application, out _);
        }
        else if (RedirectAddress.IsValid(address))
        {
            _set[application] = address;
        }
        else
        {
            throw new ArgumentException(RedirectAddress.Rule, nameof(address));
        }

        TellAll();
    }

    /// <summary>Where a client is to go, as an address of an application; null when it stays.</summary>
    /// <param name="application">The application that it connected to.</param>
    /// <param name="appText">What it sent as application, with path and parameters.</param>
    /// <param name="tcUrl">The address that it says it connected to: it is never sent to where it is.</param>
    public string? Find(string application, string appText, string tcUrl)
    {
        string? address = _set.GetValueOrDefault(application)
            ?? _set.GetValueOrDefault(EveryApplication)
            ?? _applications.Of(application).Redirect
            ?? _rtmp.Redirect;
        if (address is null)
        {
            return null;
        }

        bool hasPath = new Uri(address).AbsolutePath.Length > 1;
        string target = hasPath ? address : $"{address.TrimEnd('/')}/{appText}";
        return string.Equals(target, tcUrl.TrimEnd('/'), StringComparison.OrdinalIgnoreCase) ? null : target;
    }

    /// <summary>
    /// The node that a new player is to go to, as an address of an application; null when it stays. The caller knows that it neither
    /// publishes nor is another gateway.
    /// </summary>
    /// <param name="appText">What it sent as application, with path and parameters.</param>
    /// <param name="tcUrl">The address that it says it connected to: whoever is at a node stays there.</param>
    public string? FindNode(string appText, string tcUrl) =>
        _nodes.RedirectsPlayers && !_nodes.IsAtNode(tcUrl) ? _nodes.Choose()?.AddressOf(appText) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _rtmpChanges?.Dispose();
        _applicationChanges?.Dispose();
    }

    /// <summary>A connection was let in: it hears of changes.</summary>
    internal void Add(RtmpReceiveLoop connection) => _connections[connection] = true;

    /// <summary>A connection has ended.</summary>
    internal void Remove(RtmpReceiveLoop connection) => _connections.TryRemove(connection, out _);

    private void TellAll()
    {
        foreach (RtmpReceiveLoop connection in _connections.Keys)
        {
            connection.OnRedirectsChanged();
        }
    }
}
