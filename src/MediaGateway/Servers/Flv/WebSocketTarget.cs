using System.Buffers;
using System.Net.WebSockets;

namespace MediaGateway.Servers.Flv;

/// <summary>FLV in binary messages, each of whole tags, as flv.js and mpegts.js take it.</summary>
internal sealed class WebSocketTarget(WebSocket socket) : IFlvTarget
{
    private readonly ArrayBufferWriter<byte> _message = new();

    /// <inheritdoc/>
    public IBufferWriter<byte> Output => _message;

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(_message.WrittenMemory, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException exception)
        {
            throw new IOException("The WebSocket is broken.", exception);
        }

        _message.ResetWrittenCount();
    }
}
