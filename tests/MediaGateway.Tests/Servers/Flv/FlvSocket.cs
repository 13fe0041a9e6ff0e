using System.IO.Pipelines;
using System.Net.WebSockets;
using Xunit;

namespace MediaGateway.Tests.Servers.Flv;

/// <summary>A viewer on a WebSocket: its binary messages as one stream of bytes.</summary>
internal sealed class FlvSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Pipe _pipe = new();

    private FlvSocket() => Answer = new FlvAnswer(null, _pipe.Reader.AsStream());

    public FlvAnswer Answer { get; }

    public static async Task<FlvSocket> ConnectAsync(Uri address)
    {
        var viewer = new FlvSocket();
        await viewer._socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        _ = viewer.ReadAsync();
        return viewer;
    }

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
        Answer.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult result = await _socket.ReceiveAsync(_pipe.Writer.GetMemory(4096), CancellationToken.None);
                if (result.MessageType != WebSocketMessageType.Binary)
                {
                    break;
                }

                _pipe.Writer.Advance(result.Count);
                await _pipe.Writer.FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The test has read enough.
        }

        await _pipe.Writer.CompleteAsync();
    }
}
