using MediaGateway.Servers.Rtmp.Tunnel;
using MediaGateway.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What a listener of Kestrel speaks when it speaks RTMP.</summary>
internal static class RtmpListeners
{
    /// <summary>RTMP on plain TCP.</summary>
    public static void UseRtmp(this ListenOptions listener) => listener.Admit().UseConnectionHandler<RtmpConnectionHandler>();

    /// <summary>RTMPS: the same inside TLS. RTMP has no ALPN name, so whatever a client offers is ignored.</summary>
    public static void UseRtmps(this ListenOptions listener)
    {
        listener.Protocols = HttpProtocols.Http1;
        listener.Admit();
        listener.UseHttps(listener.ApplicationServices.GetRequiredService<ServerCertificate>().ForRtmp([]));
        listener.UseConnectionHandler<RtmpConnectionHandler>();
    }

    /// <summary>RTMPT and nothing else; the application must answer its requests: see <see cref="TunnelEndpoints"/>.</summary>
    public static void UseRtmpTunnelOnly(this ListenOptions listener)
    {
        listener.Protocols = HttpProtocols.Http1;
        listener.Use(static next => connection =>
        {
            connection.Features.Set(TunnelOnly.Instance);
            return next(connection);
        });
    }

    /// <summary>RTMPTS and nothing else.</summary>
    public static void UseEncryptedRtmpTunnelOnly(this ListenOptions listener)
    {
        listener.UseRtmpTunnelOnly();
        listener.UseHttps(listener.ApplicationServices.GetRequiredService<ServerCertificate>().ForRtmp(null));
    }

    /// <summary>Connections count from their first packet: half a TLS handshake is one, too.</summary>
    private static ListenOptions Admit(this ListenOptions listener)
    {
        RtmpSessions sessions = listener.ApplicationServices.GetRequiredService<RtmpSessions>();
        listener.Use(next => connection => RtmpConnectionHandler.AdmitAsync(sessions, next, connection));
        return listener;
    }
}
