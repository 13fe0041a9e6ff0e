using System.Net;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>Tells Kestrel on which TCP ports which protocol is spoken.</summary>
internal static class GatewayListeners
{
    /// <summary>A slow header is no use of a signalling port; 10 s is a third of Kestrel's own limit.</summary>
    private static readonly TimeSpan RequestHeadersTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(60);

    /// <summary>No request of the page or the API carries more; media does not come over HTTP.</summary>
    private const long MaximumRequestBodyBytes = 256 * 1024;

    /// <summary>Opens the ports that the checked settings name.</summary>
    public static void Configure(KestrelServerOptions kestrel)
    {
        // Resolved, not read raw: the validators speak first.
        HttpOptions http = kestrel.ApplicationServices.GetRequiredService<IOptions<HttpOptions>>().Value;
        RtmpOptions rtmp = kestrel.ApplicationServices.GetRequiredService<IOptions<RtmpOptions>>().Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = RequestHeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = KeepAliveTimeout;
        kestrel.Limits.MaxRequestBodySize = MaximumRequestBodyBytes;
        OpenFileLimit files = kestrel.ApplicationServices.GetRequiredService<OpenFileLimit>();
        AcceptGates gates = kestrel.ApplicationServices.GetRequiredService<AcceptGates>();
        var httpGate = new AcceptGate(files.AcceptedHttp);
        var rtmpGate = new AcceptGate(files.AcceptedRtmp);
        foreach (int port in new[] { http.Port, http.TlsPort, rtmp.TunnelPort ?? http.Port, rtmp.TunnelTlsPort ?? http.Port })
        {
            gates.Set(port, httpGate);
        }

        gates.Set(rtmp.Port, rtmpGate);
        gates.Set(rtmp.TlsPort, rtmpGate);
        var cap = new ConnectionCap(files.Http);
        Listen(kestrel, http.BindAddress, http.Port, cap.Apply);
        if (http.TlsEnabled)
        {
            Listen(kestrel, http.BindAddress, http.TlsPort, listener =>
            {
                listener.Protocols = HttpProtocols.Http1AndHttp2;
                cap.Apply(listener);
                listener.UseHttps(listener.ApplicationServices.GetRequiredService<ServerCertificate>().ForBrowsers());
            });
        }

        Listen(kestrel, rtmp.BindAddress, rtmp.Port, static listener => listener.UseRtmp());
        if (rtmp.TlsEnabled)
        {
            Listen(kestrel, rtmp.BindAddress, rtmp.TlsPort, static listener => listener.UseRtmps());
        }

        if (rtmp is { TunnelEnabled: true, TunnelPort: { } tunnelPort })
        {
            Listen(kestrel, rtmp.BindAddress, tunnelPort, listener =>
            {
                cap.Apply(listener);
                listener.UseRtmpTunnelOnly();
            });
        }

        if (rtmp is { TunnelEnabled: true, TunnelTlsPort: { } tunnelTlsPort })
        {
            Listen(kestrel, rtmp.BindAddress, tunnelTlsPort, listener =>
            {
                cap.Apply(listener);
                listener.UseEncryptedRtmpTunnelOnly();
            });
        }
    }

    private static void Listen(KestrelServerOptions kestrel, string address, int port, Action<ListenOptions> configure)
    {
        if (address == ListenAddress.Any)
        {
            kestrel.ListenAnyIP(port, configure);
        }
        else
        {
            kestrel.Listen(IPAddress.Parse(address), port, configure);
        }
    }
}
