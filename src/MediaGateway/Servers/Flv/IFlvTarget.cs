using System.Buffers;

namespace MediaGateway.Servers.Flv;

/// <summary>Where the bytes of one viewer's FLV go: an HTTP response or a WebSocket. Used by the viewer's task only.</summary>
internal interface IFlvTarget
{
    /// <summary>Takes bytes.</summary>
    IBufferWriter<byte> Output { get; }

    /// <summary>Sends what was written, and waits while the viewer takes no more.</summary>
    /// <exception cref="OperationCanceledException">The viewer has gone, or the token was cancelled.</exception>
    /// <exception cref="IOException">The connection is broken.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
