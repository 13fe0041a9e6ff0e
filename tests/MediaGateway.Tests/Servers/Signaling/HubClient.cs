using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;
using Xunit;

namespace MediaGateway.Tests.Servers.Signaling;

/// <summary>A client of the hub: SignalR's JSON protocol over a bare WebSocket, one call at a time.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private const byte RecordSeparator = 0x1e;

    private readonly ClientWebSocket _socket = new();
    private readonly List<byte> _received = [];
    private int _calls;

    /// <summary>The messages that came while waiting for something else, each with the method that takes it.</summary>
    public List<(string Method, JsonNode Body)> Messages { get; } = [];

    public static async Task<HubClient> ConnectAsync(Uri hub, params (string Name, string Value)[] headers)
    {
        var client = new HubClient();
        foreach ((string name, string value) in headers)
        {
            client._socket.Options.SetRequestHeader(name, value);
        }

        await client._socket.ConnectAsync(hub, TestContext.Current.CancellationToken);
        await client.SendAsync(new JsonObject { ["protocol"] = "json", ["version"] = 1 });
        await client.ReceiveAsync();
        return client;
    }

    /// <summary>Calls a method; a refusal is a <see cref="HubException"/> with the gateway's words.</summary>
    public async Task<JsonNode?> CallAsync(string method, JsonNode? argument = null)
    {
        string id = await StartAsync(method, argument);
        while (true)
        {
            JsonNode message = await ReceiveAsync();
            switch ((int?)message["type"])
            {
                case 1:
                    Messages.Add(((string)message["target"]!, message["arguments"]![0]!));
                    break;
                case 3 when (string?)message["invocationId"] == id:
                    return message["error"] is { } error ? throw new HubException(WordsOf((string)error!)) : message["result"];
                case 7:
                    throw new WebSocketException("The hub closed the connection.");
            }
        }
    }

    /// <summary>Calls a method and does not wait for the answer.</summary>
    public async Task<string> StartAsync(string method, JsonNode? argument = null)
    {
        string id = $"{_calls++}";
        JsonArray arguments = argument is null ? [] : [argument];
        await SendAsync(new JsonObject { ["type"] = 1, ["invocationId"] = id, ["target"] = method, ["arguments"] = arguments });
        return id;
    }

    /// <summary>The words of the refusal of a call.</summary>
    public async Task<string> RefusalAsync(string method, JsonNode? argument = null) =>
        (await Assert.ThrowsAsync<HubException>(() => CallAsync(method, argument))).Message;

    /// <summary>Waits for the next message.</summary>
    public async Task<(string Method, JsonNode Body)> NextAsync()
    {
        while (Messages.Count == 0)
        {
            JsonNode message = await ReceiveAsync();
            if ((int?)message["type"] == 1)
            {
                Messages.Add(((string)message["target"]!, message["arguments"]![0]!));
            }
        }

        (string Method, JsonNode Body) next = Messages[0];
        Messages.RemoveAt(0);
        return next;
    }

    /// <summary>Waits until the hub has closed the connection.</summary>
    public async Task ClosedAsync()
    {
        try
        {
            while ((int?)(await ReceiveAsync())["type"] != 7)
            {
            }
        }
        catch (WebSocketException)
        {
            // Closed without a message.
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string WordsOf(string error) => error[(error.IndexOf("HubException: ", StringComparison.Ordinal) + "HubException: ".Length)..];

    private async Task SendAsync(JsonObject message) => await _socket.SendAsync(
        Encoding.UTF8.GetBytes(message.ToJsonString() + (char)RecordSeparator), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    private async Task<JsonNode> ReceiveAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        while (_received.IndexOf(RecordSeparator) < 0)
        {
            ValueWebSocketReceiveResult result = await _socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException("The hub closed the connection.");
            }

            _received.AddRange(buffer.AsSpan(0, result.Count));
        }

        int end = _received.IndexOf(RecordSeparator);
        JsonNode message = JsonSerializer.Deserialize<JsonNode>(_received.GetRange(0, end).ToArray())!;
        _received.RemoveRange(0, end + 1);
        return message;
    }
}
