using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace MediaGateway.EndToEndTests.Signaling;

/// <summary>
/// A client of the signalling hub that shares no code with the gateway or its page: SignalR's JSON protocol over a bare WebSocket.
/// Messages end with the record separator 0x1E; type 1 is an invocation, 3 its completion, 6 a ping, 7 the end.
/// </summary>
internal sealed class SignalingClient : IAsyncDisposable
{
    private const char RecordSeparator = '\u001e';
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _pending = new();
    private readonly Channel<JsonElement> _statuses = Channel.CreateUnbounded<JsonElement>();
    private Task _running = Task.CompletedTask;
    private int _lastInvocation;

    private SignalingClient()
    {
    }

    /// <summary>The answer to <see cref="PublishAsync"/>.</summary>
    /// <param name="MediaSessionId">Names the media session from now on.</param>
    /// <param name="StreamName">The name in force.</param>
    /// <param name="Sdp">The gateway's answer to the offer.</param>
    public sealed record Published(string MediaSessionId, string StreamName, string Sdp);

    /// <summary>A change of a stream, told by the gateway.</summary>
    public sealed record StreamStatus(string MediaSessionId, string StreamName, string Status, string? Reason);

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<SignalingClient> ConnectAsync(Uri hub)
    {
        SignalingClient client = new();
        await client._socket.ConnectAsync(hub, CancellationToken.None).WaitAsync(AnswerLimit);
        TaskCompletionSource<JsonElement> handshake = client.Expect("handshake");
        client._running = Task.WhenAll(client.ReceiveAsync(), client.PingAsync());
        await client.SendAsync(new JsonObject { ["protocol"] = "json", ["version"] = 1 });
        await handshake.Task.WaitAsync(AnswerLimit);
        return client;
    }

    /// <summary>Offers to publish a stream. A refusal is an <see cref="InvalidOperationException"/> with the gateway's words.</summary>
    public async Task<Published> PublishAsync(string streamName, string sdp)
    {
        JsonElement answer = await InvokeAsync("Publish", new JsonObject { ["streamName"] = streamName, ["sdp"] = sdp });
        return answer.Deserialize<Published>(JsonSerializerOptions.Web)!;
    }

    /// <summary>Ends a media session.</summary>
    public Task UnpublishAsync(string mediaSessionId) => InvokeAsync("Unpublish", new JsonObject { ["mediaSessionId"] = mediaSessionId });

    /// <summary>Calls a method of the hub and returns its result.</summary>
    public async Task<JsonElement> InvokeAsync(string method, params JsonNode[] arguments)
    {
        string id = Interlocked.Increment(ref _lastInvocation).ToString(CultureInfo.InvariantCulture);
        TaskCompletionSource<JsonElement> completion = Expect(id);
        await SendAsync(new JsonObject { ["type"] = 1, ["invocationId"] = id, ["target"] = method, ["arguments"] = new JsonArray(arguments) });
        return await completion.Task.WaitAsync(AnswerLimit);
    }

    /// <summary>Waits for the next change of one of this client's streams to a status.</summary>
    public async Task<StreamStatus> WaitForStatusAsync(string status, TimeSpan limit)
    {
        using CancellationTokenSource cancellation = new(limit);
        while (true)
        {
            JsonElement message = await _statuses.Reader.ReadAsync(cancellation.Token);
            StreamStatus change = message.Deserialize<StreamStatus>(JsonSerializerOptions.Web)!;
            if (change.Status == status)
            {
                return change;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _socket.Abort();
        await _running;
        _socket.Dispose();
        _sending.Dispose();
        _closing.Dispose();
    }

    private TaskCompletionSource<JsonElement> Expect(string id) =>
        _pending[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task SendAsync(JsonObject message)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(message.ToJsonString() + RecordSeparator);
        await _sending.WaitAsync(_closing.Token);
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, true, _closing.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task PingAsync()
    {
        using PeriodicTimer timer = new(PingInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                await SendAsync(new JsonObject { ["type"] = 6 });
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The connection is over; the receiving side tells everybody.
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        System.Text.Decoder decoder = System.Text.Encoding.UTF8.GetDecoder();
        char[] characters = new char[buffer.Length];
        System.Text.StringBuilder text = new();
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(), _closing.Token) is { MessageType: WebSocketMessageType.Text } part)
            {
                int count = decoder.GetChars(buffer, 0, part.Count, characters, 0);
                for (int i = 0; i < count; i++)
                {
                    if (characters[i] != RecordSeparator)
                    {
                        text.Append(characters[i]);
                        continue;
                    }

                    Dispatch(JsonSerializer.Deserialize<JsonElement>(text.ToString()));
                    text.Clear();
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // Closed by either side: whoever waits is told below.
        }

        _statuses.Writer.TryComplete();
        foreach (TaskCompletionSource<JsonElement> waiting in _pending.Values)
        {
            waiting.TrySetException(new InvalidOperationException("The gateway closed the signalling connection."));
        }
    }

    private void Dispatch(JsonElement message)
    {
        int type = message.TryGetProperty("type", out JsonElement kind) ? kind.GetInt32() : 0;
        switch (type)
        {
            case 0:
                Complete("handshake", message);
                break;
            case 1 when message.GetProperty("target").GetString() == "StreamStatus":
                _statuses.Writer.TryWrite(message.GetProperty("arguments")[0]);
                break;
            case 3:
                Complete(message.GetProperty("invocationId").GetString()!, message);
                break;
        }
    }

    private void Complete(string id, JsonElement message)
    {
        if (!_pending.TryRemove(id, out TaskCompletionSource<JsonElement>? waiting))
        {
            return;
        }

        if (message.TryGetProperty("error", out JsonElement error))
        {
            waiting.SetException(new InvalidOperationException(error.GetString()));
            return;
        }

        waiting.SetResult(message.TryGetProperty("result", out JsonElement result) ? result : default);
    }
}
