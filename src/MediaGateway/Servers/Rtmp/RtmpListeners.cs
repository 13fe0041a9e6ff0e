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
        listener.UseHttps(listener.ApplicationServices.GetRequiredService<ServerCertificate>().ForListener([]));
        listener.UseConnectionHandler<RtmpConnectionHandler>();
    }

    /// <summary>Connections count from their first packet: half a TLS handshake is one, too.</summary>
    private static ListenOptions Admit(this ListenOptions listener)
    {
        RtmpSessions sessions = listener.ApplicationServices.GetRequiredService<RtmpSessions>();
        listener.Use(next => connection => RtmpConnectionHandler.AdmitAsync(sessions, next, connection));
        return listener;
    }
}
