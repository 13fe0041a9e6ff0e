using System.Net.Sockets;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MediaGateway.Servers.Rtmp;

/// <summary>One RTMP connection from accept to close, for a listener of Kestrel: plain TCP, or TLS on it.</summary>
internal sealed class RtmpConnectionHandler(RtmpSessions sessions, RtmpServerOptions options) : ConnectionHandler
{
    /// <summary>What a peer that answers nothing may keep after it was given up, at most.</summary>
    private static readonly TimeSpan UserTimeoutMargin = TimeSpan.FromSeconds(5);

    /// <summary>Admits a connection before anything else is done for it, or aborts it.</summary>
    public static async Task AdmitAsync(RtmpSessions sessions, ConnectionDelegate next, ConnectionContext connection)
    {
        using RtmpConnectionLimiter.Ticket? ticket = sessions.TryAdmit(connection.RemoteEndPoint.OrNone().Address);
        if (ticket is null)
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(ticket);
        await next(connection);
    }

    /// <inheritdoc/>
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        RtmpConnectionLimiter.Ticket ticket = connection.Features.GetRequiredFeature<RtmpConnectionLimiter.Ticket>();
        Socket? socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (connection.Features.Get<ITlsHandshakeFeature>() is not null)
        {
            return sessions.ServeAsync(EncryptedTransport(connection, socket), ticket);
        }

        return socket is not null
            ? sessions.ServeAsync(new SocketTransport(connection, socket), ticket)
            : throw new InvalidOperationException("RTMP is served on TCP listeners only.");
    }

    private PipeTransport EncryptedTransport(ConnectionContext connection, Socket? socket)
    {
        return new PipeTransport(connection.Transport, connection.Abort, socket is null ? null : Limited(socket))
        {
            Id = connection.ConnectionId,
            Protocol = "rtmps",
            Remote = connection.RemoteEndPoint.OrNone(),
            Local = connection.LocalEndPoint.OrNone(),
            CloseRequested =
                connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None,
        };
    }

    /// <summary>
    /// As little lies unsent in the kernel as on plain TCP, or no dropping rule could act in time. A peer that takes nothing is given up
    /// by the worker; what Kestrel still holds for it then must not wait for ever.
    /// </summary>
    private StreamSocket Limited(Socket socket)
    {
        var stream = new StreamSocket(socket.SafeHandle);
        stream.SetNoDelay(options.FanOut.NoDelay);
        stream.SetNotSentLowWater(options.FanOut.NotSentLowWaterBytes);
        stream.SetUserTimeout(options.FanOut.StallTimeout + UserTimeoutMargin);
        return stream;
    }
}
