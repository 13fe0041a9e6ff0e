using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MediaGateway.Servers.Rtmp.Transport;

/// <summary>
/// A plain TCP connection of Kestrel. Kestrel reads; all that is sent leaves through a fan-out worker by the bare socket, and nothing is
/// ever written to Kestrel's output: two writers on one socket would interleave.
/// </summary>
internal sealed class SocketTransport(ConnectionContext connection, Socket socket) : IRtmpTransport
{
    /// <inheritdoc/>
    public string Id => connection.ConnectionId;

    /// <inheritdoc/>
    public string Protocol => "rtmp";

    /// <inheritdoc/>
    public IPEndPoint Remote { get; } = connection.RemoteEndPoint.OrNone();

    /// <inheritdoc/>
    public IPEndPoint Local { get; } = connection.LocalEndPoint.OrNone();

    /// <inheritdoc/>
    public PipeReader Input => connection.Transport.Input;

    /// <inheritdoc/>
    /// <remarks>A connection that ends is no word: encoders that crash end theirs, too.</remarks>
    public bool IsClosedByClient => false;

    /// <inheritdoc/>
    public TimeSpan Unacknowledged => SocketLiveness.Unacknowledged(socket.SafeHandle);

    /// <inheritdoc/>
    public CancellationToken CloseRequested { get; } =
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;

    /// <inheritdoc/>
    public Viewer AddTo(FanOutWorkers workers, IViewerOwner owner) => workers.Add(owner, socket.SafeHandle);

    /// <inheritdoc/>
    /// <remarks>A peer that takes nothing any more would keep what is unsent in the kernel for minutes: reset instead of closing.</remarks>
    public void Close(bool isStuck)
    {
        if (!isStuck)
        {
            return;
        }

        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // The connection went away by itself meanwhile.
        }
        catch (ObjectDisposedException)
        {
            // Kestrel has closed it meanwhile.
        }

        connection.Abort();
    }
}
