using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>A connection to the browser by the Chrome DevTools Protocol: numbered commands, their answers, and events.</summary>
internal sealed class DevToolsConnection : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(120);

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Action<string, JsonElement> _onEvent;
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    private DevToolsConnection(Action<string, JsonElement> onEvent)
    {
        _onEvent = onEvent;
    }

    /// <summary>Connects to the address that the browser prints; events are given to <paramref name="onEvent"/> on the receiving task.</summary>
    public static async Task<DevToolsConnection> OpenAsync(Uri address, Action<string, JsonElement> onEvent)
    {
        DevToolsConnection connection = new(onEvent);
        await connection._socket.ConnectAsync(address, CancellationToken.None);
        connection._receiving = connection.ReceiveAsync();
        return connection;
    }

    /// <summary>Sends a command and returns its result.</summary>
    public async Task<JsonElement> SendAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        int id = Interlocked.Increment(ref _lastId);
        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        JsonObject message = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(AnswerLimit);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReceiveAsync()
    {
        Exception end = new InvalidOperationException("The browser closed the connection.");
        try
        {
            using MemoryStream message = new();
            byte[] buffer = new byte[64 * 1024];
            while (true)
            {
                message.SetLength(0);
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    message.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                Dispatch(JsonSerializer.Deserialize<JsonElement>(message.GetBuffer().AsSpan(0, (int)message.Length)));
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            end = exception; // the last one where we end it ourselves between two messages
        }

        foreach (TaskCompletionSource<JsonElement> waiting in _pending.Values)
        {
            waiting.TrySetException(end);
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.TryGetProperty("id", out JsonElement id))
        {
            if (!_pending.TryRemove(id.GetInt32(), out TaskCompletionSource<JsonElement>? answer))
            {
                return;
            }

            if (message.TryGetProperty("error", out JsonElement error))
            {
                answer.SetException(new InvalidOperationException($"DevTools: {error}"));
                return;
            }

            answer.SetResult(message.GetProperty("result"));
            return;
        }

        _onEvent(message.GetProperty("method").GetString()!, message.GetProperty("params"));
    }
}
