using System.IO.Pipelines;
using System.Net;
using MediaGateway.Servers.Rtmp.FanOut;

namespace MediaGateway.Servers.Rtmp.Transport;

/// <summary>
/// What one RTMP connection runs on: a TCP connection, TLS on one, or the requests of a tunnel. Used by the connection's own task; only
/// <see cref="CloseRequested"/> fires on another thread.
/// </summary>
internal interface IRtmpTransport
{
    /// <summary>Names the connection in the log.</summary>
    string Id { get; }

    /// <summary><c>rtmp</c>, <c>rtmps</c>, <c>rtmpt</c> or <c>rtmpts</c>.</summary>
    string Protocol { get; }

    /// <summary>The client's address.</summary>
    IPEndPoint Remote { get; }

    /// <summary>Our address that it reached.</summary>
    IPEndPoint Local { get; }

    /// <summary>The client's bytes. Whoever owns the transport completes it.</summary>
    PipeReader Input { get; }

    /// <summary>
    /// Whether the input ended because the client said so in the transport's own words, so that it was no accident. To be asked when the
    /// input has ended.
    /// </summary>
    bool IsClosedByClient { get; }

    /// <summary>
    /// How long the client's side of TCP has acknowledged nothing of what was sent to it; zero when nothing is due, and where nobody can tell.
    /// </summary>
    TimeSpan Unacknowledged { get; }

    /// <summary>Fires when the gateway shuts down.</summary>
    CancellationToken CloseRequested { get; }

    /// <summary>Gives the sending to a worker. The transport must stay open until the viewer has left: see <see cref="Viewer.WhenLeft"/>.</summary>
    Viewer AddTo(FanOutWorkers workers, IViewerOwner owner);

    /// <summary>
    /// The session is over and the viewer has left; the caller ends the connection when it returns. What was sent still arrives, unless
    /// the peer is stuck.
    /// </summary>
    /// <param name="isStuck">Whether the peer takes nothing any more, so that nothing need be waited for.</param>
    void Close(bool isStuck);
}
