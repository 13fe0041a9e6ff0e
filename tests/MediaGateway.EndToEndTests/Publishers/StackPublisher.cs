using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Signaling;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>
/// Publishers on a WebRTC stack that is no browser: a program that offers and takes answers by lines of JSON. This class carries them
/// to the gateway's signalling hub.
/// </summary>
internal sealed class StackPublisher : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(90);

    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly List<SignalingClient> _clients = [];
    private readonly ToolProcess _process;

    private StackPublisher(string program, IEnumerable<string> arguments)
    {
        _process = ToolProcess.Start(program, arguments, OnLine, keep: line => !IsMessage(line));
    }

    /// <summary>Sees each report that a picture or an Opus packet has left: kind, index, CLOCK_MONOTONIC in nanoseconds.</summary>
    public Action<string, int, long>? OnSent { get; set; }

    /// <summary>Starts Pion with so many sessions of the same media, one stream each.</summary>
    public static async Task<StackPublisher> StartPionAsync(PublisherMedia media, int sessions, bool report = false)
    {
        string program = await StackPrograms.BuildPionAsync();
        string[] reporting = report ? ["-report"] : [];
        return new StackPublisher(
            program,
            ["-n", sessions.ToString(CultureInfo.InvariantCulture), "-video", media.Video, "-audio", media.Audio, .. reporting]);
    }

    /// <summary>Starts GStreamer's webrtcbin with one session.</summary>
    public static StackPublisher StartGStreamer(PublisherMedia media)
    {
        return new StackPublisher(StackPrograms.Python, [StackPrograms.GStreamer("publish.py"), media.Video, media.Audio]);
    }

    /// <summary>Publishes every session under its name and waits until all are connected.</summary>
    public async Task PublishAsync(GatewayProcess gateway, IReadOnlyList<string> streams)
    {
        using CancellationTokenSource cancellation = new(ConnectLimit);
        int connected = 0;
        while (connected < streams.Count)
        {
            Message message = await _messages.Reader.ReadAsync(cancellation.Token);
            switch (message.Event)
            {
                case "offer":
                    SignalingClient client = await SignalingClient.ConnectAsync(gateway.Signaling);
                    _clients.Add(client);
                    SignalingClient.Published published = await client.PublishAsync(streams[message.Session], message.Sdp!);
                    JsonObject answer = new() { ["session"] = message.Session, ["sdp"] = published.Sdp };
                    await _process.Process.StandardInput.WriteLineAsync(answer.ToJsonString());
                    await _process.Process.StandardInput.FlushAsync();
                    break;
                case "connected":
                    connected++;
                    break;
                default:
                    throw new InvalidOperationException($"The publisher failed: {message.Reason}");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (SignalingClient client in _clients)
        {
            await client.DisposeAsync();
        }

        await _process.DisposeAsync();
    }

    private static bool IsMessage(string line) => line.StartsWith('{');

    private void OnLine(string line)
    {
        if (!IsMessage(line))
        {
            return;
        }

        Message message = JsonSerializer.Deserialize<Message>(line, JsonSerializerOptions.Web)!;
        if (message.Event == "sent")
        {
            OnSent?.Invoke(message.Kind!, message.Index, message.Nanoseconds);
            return;
        }

        _messages.Writer.TryWrite(message);
    }

    private sealed record Message(string Event, int Session, string? Sdp, string? Kind, int Index, long Nanoseconds, string? Reason);
}
