using MediaGateway.Diagnostics;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Servers.WebRtc;

/// <summary>The gateway's word for each way in which a peer session ends.</summary>
internal static class PeerEndReasons
{
    /// <summary>The reason that logs, metrics and the API carry.</summary>
    public static SessionEndReason ToSession(PeerEndReason reason) => reason switch
    {
        PeerEndReason.LocalClose => SessionEndReason.Completed,
        PeerEndReason.RemoteClose => SessionEndReason.PeerClosed,
        PeerEndReason.ConnectTimeout or PeerEndReason.ConsentExpired or PeerEndReason.Silent => SessionEndReason.Timeout,
        PeerEndReason.DtlsFailed => SessionEndReason.ProtocolError,
        _ => SessionEndReason.InternalError,
    };
}
