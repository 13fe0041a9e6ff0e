using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Tests.Hooks;

/// <summary>Clients as the examples of the WCS documentation have them.</summary>
internal static class HookClients
{
    /// <summary>The media session id of the documentation's publisher.</summary>
    public const string PublisherId = "627990f9-8fe5-4e92-bb2a-863cc4eb43de";

    public static ClientConnection Rtmp(params (string Key, string Value)[] parameters) => new()
    {
        Protocol = "rtmp",
        AppKey = ClientConnection.FlashApplication,
        Remote = new IPEndPoint(IPAddress.Loopback, 5643),
        Local = IPEndPoint.Parse("192.168.1.1:1935"),
        Parameters = Pairs(parameters),
        Application = "live",
        TcUrl = "rtmp://192.168.1.1:1935/live",
        UserAgent = "LNX 9,0,124,2",
        ConnectedAt = TimeSpan.Zero,
        End = static (_, _) => { },
    };

    public static ClientConnection Page(params (string Key, string Value)[] parameters) => new()
    {
        Protocol = "webrtc",
        AppKey = ClientConnection.PageApplication,
        Remote = IPEndPoint.Parse("192.168.1.9:51000"),
        Local = IPEndPoint.Parse("192.168.1.1:8080"),
        Parameters = Pairs(parameters),
        UserAgent = "Mozilla/5.0 (X11; Linux x86_64)",
        Origin = "http://192.168.1.1:8080",
        ConnectedAt = TimeSpan.Zero,
        End = static (_, _) => { },
    };

    public static MediaSession Publisher(ClientConnection connection, params (string Key, string Value)[] parameters) => new()
    {
        Id = PublisherId,
        Connection = connection,
        Key = Key("stream1"),
        IsPublisher = true,
        Parameters = Pairs(parameters),
        HasVideo = false,
        HasAudio = true,
        Record = true,
        Sdp = connection.AppKey == ClientConnection.PageApplication ? "v=0\r\n" : null,
        StartedAt = TimeSpan.Zero,
        End = static (_, _) => { },
    };

    public static MediaSession Player(
        ClientConnection connection, Action<SessionEndReason, string>? end = null, params (string Key, string Value)[] parameters) => new()
        {
            Id = $"stream1{connection.Id}",
            Connection = connection,
            Key = Key("stream1"),
            IsPublisher = false,
            Parameters = Pairs(parameters),
            StartedAt = TimeSpan.Zero,
            End = end ?? (static (_, _) => { }),
        };

    /// <summary>What is known of a recording of the publisher's stream.</summary>
    public static RecordingEntry Recorded(RecordingState state, string? reason = null) => new()
    {
        Id = "4be1",
        Stream = "live/stream1",
        SessionId = PublisherId,
        File = "live/stream1.mp4",
        State = state,
        Reason = reason,
        StartedAt = DateTimeOffset.UnixEpoch,
        Duration = 12.34,
        Bytes = 1000,
        Frames = 300,
    };

    public static StreamKey Key(string name) =>
        StreamKey.TryCreate("live", name, out StreamKey key, out string? refusal) ? key : throw new ArgumentException(refusal, nameof(name));

    private static KeyValuePair<string, string>[] Pairs((string Key, string Value)[] parameters) =>
        [.. parameters.Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value))];
}
