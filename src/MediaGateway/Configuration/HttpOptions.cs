using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>The page, its signalling, health and the API: section <c>Http</c>.</summary>
internal sealed class HttpOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Http";

    /// <summary>Local IP address to listen on; <c>*</c> is every address, IPv4 and IPv6.</summary>
    public string BindAddress { get; set; } = ListenAddress.Any;

    /// <summary>TCP port. 8080 needs no privilege. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8080;

    /// <summary>
    /// Whether the same is served over HTTPS on <see cref="TlsPort"/>: browsers give camera and microphone only to pages from
    /// <c>localhost</c> or over HTTPS. The certificate is that of section <c>Tls</c>.
    /// </summary>
    public bool TlsEnabled { get; set; } = true;

    /// <summary>TCP port of HTTPS, with HTTP/1.1 and HTTP/2. 8443 needs no privilege. 0 takes a free port.</summary>
    [Range(0, 65535)]
    public int TlsPort { get; set; } = 8443;

    /// <summary>
    /// HTTP connections at the same time, on all ports that speak HTTP; further ones are closed at once. They have a share of their own,
    /// so that a flood of them takes nothing from RTMP.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaximumConnections { get; set; } = 10_000;

    /// <summary>Whether live streams are served as FLV, over HTTP and WebSockets: <c>/application/name.flv</c>.</summary>
    public bool FlvEnabled { get; set; } = true;

    /// <summary>
    /// Origins, such as <c>https://example.org</c>, whose pages may open the signalling WebSocket besides the gateway's own page. Empty:
    /// only its own.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];
}
