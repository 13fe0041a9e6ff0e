using MediaGateway.Diagnostics;
using MediaGateway.Streams;
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
        PeerEndReason.DtlsFailed or PeerEndReason.TooMuch => SessionEndReason.ProtocolError,
        _ => SessionEndReason.InternalError,
    };

    /// <summary>
    /// What the end of a publisher's session is to its stream. Viewers of a publisher that wanted to stop are told so; those of one that
    /// was lost are kept, for it may come back.
    /// </summary>
    public static StreamEndReason ToStream(SessionEndReason reason) => reason switch
    {
        SessionEndReason.ServerShutdown => StreamEndReason.ServerShutdown,
        SessionEndReason.Timeout or SessionEndReason.TransportError or SessionEndReason.ProtocolError or SessionEndReason.InternalError
            => StreamEndReason.PublisherLost,
        _ => StreamEndReason.Unpublished,
    };
}
