using System.IO.Pipelines;
using System.Net;
using MediaGateway.Native.Linux;
using MediaGateway.Servers.Rtmp.FanOut;

namespace MediaGateway.Servers.Rtmp.Transport;

/// <summary>A connection of which only a pair of pipes is to be seen: TLS, or a tunnel.</summary>
/// <param name="pipe">The client's bytes, and ours to it.</param>
/// <param name="abort">Ends the connection at once, with what is unsent; may be called when it has ended.</param>
/// <param name="beneath">The TCP socket under TLS; ownership passes to this object. Null where there is none.</param>
internal sealed class PipeTransport(IDuplexPipe pipe, Action abort, StreamSocket? beneath = null) : IRtmpTransport
{
    private readonly PipeViewerSocket _socket = new(pipe.Output, beneath);

    /// <inheritdoc/>
    public required string Id { get; init; }

    /// <inheritdoc/>
    public required string Protocol { get; init; }

    /// <inheritdoc/>
    public required IPEndPoint Remote { get; init; }

    /// <inheritdoc/>
    public required IPEndPoint Local { get; init; }

    /// <inheritdoc/>
    public CancellationToken CloseRequested { get; init; }

    /// <inheritdoc/>
    public bool IsClosedByClient { get; set; }

    /// <inheritdoc/>
    /// <remarks>The requests of a tunnel end with their client; TLS gives its connection up by <see cref="StreamSocket.SetUserTimeout"/>.</remarks>
    public TimeSpan Unacknowledged => TimeSpan.Zero;

    /// <inheritdoc/>
    public PipeReader Input => pipe.Input;

    /// <inheritdoc/>
    public Viewer AddTo(FanOutWorkers workers, IViewerOwner owner) => workers.Add(owner, _socket);

    /// <inheritdoc/>
    /// <remarks>While a flush is under way nobody may write, so that not even the end can be said.</remarks>
    public void Close(bool isStuck)
    {
        if (isStuck || _socket.IsBlocked)
        {
            abort();
        }
    }
}
