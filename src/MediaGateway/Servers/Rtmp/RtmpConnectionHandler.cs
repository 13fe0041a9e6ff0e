using System.Net.Sockets;
using MediaGateway.Servers.Rtmp.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MediaGateway.Servers.Rtmp;

/// <summary>One RTMP connection from accept to close, for a listener of Kestrel: plain TCP, or TLS on it.</summary>
internal sealed class RtmpConnectionHandler(RtmpSessions sessions) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using RtmpConnectionLimiter.Ticket? ticket = sessions.TryAdmit(connection.RemoteEndPoint.OrNone().Address);
        if (ticket is null)
        {
            connection.Abort();
            return;
        }

        await sessions.ServeAsync(TransportOf(connection), ticket);
    }

    private static SocketTransport TransportOf(ConnectionContext connection)
    {
        Socket? socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        bool isEncrypted = connection.Features.Get<ITlsHandshakeFeature>() is not null;
        return socket is not null && !isEncrypted
            ? new SocketTransport(connection, socket)
            : throw new InvalidOperationException("RTMP is served on plain TCP listeners only.");
    }
}
