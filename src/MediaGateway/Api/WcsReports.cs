using System.Text.Json.Serialization;
using MediaGateway.Media.Frames;
using MediaGateway.Push;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Api;

/// <summary>Which streams a WCS-style call is about; what is null does not matter.</summary>
/// <param name="Name">The stream's name, with or without its application.</param>
/// <param name="MediaSessionId">The media session.</param>
/// <param name="MediaSessionIds">Several media sessions.</param>
/// <param name="Published">Publishers or players only.</param>
/// <param name="Status">Such as <c>PUBLISHING</c>.</param>
internal sealed record WcsStreamFilter(
    string? Name, string? MediaSessionId, IReadOnlyList<string>? MediaSessionIds, bool? Published, string? Status)
{
    /// <summary>Whether it leaves nothing out.</summary>
    [JsonIgnore]
    public bool IsEmpty => this is { Name: null, MediaSessionId: null, MediaSessionIds: null, Published: null, Status: null };

    /// <summary>Whether a session is meant.</summary>
    public bool Fits(MediaSession session) =>
        (Name is null || Name == session.Key.Name || Name == session.Key.ToString())
        && (MediaSessionId is null || MediaSessionId == session.Id)
        && (MediaSessionIds is null || MediaSessionIds.Contains(session.Id))
        && (Published is null || Published == session.IsPublisher)
        && (Status is null || Status.Equals(session.Status.ToString(), StringComparison.OrdinalIgnoreCase));
}

/// <summary>Which connections a WCS-style call is about; what is null does not matter.</summary>
/// <param name="AppKey">The hook application.</param>
/// <param name="SessionId">The connection.</param>
/// <param name="ClientVersion">What the client says it is.</param>
internal sealed record WcsConnectionFilter(string? AppKey, string? SessionId, string? ClientVersion)
{
    /// <summary>Whether it leaves nothing out.</summary>
    [JsonIgnore]
    public bool IsEmpty => this is { AppKey: null, SessionId: null, ClientVersion: null };

    /// <summary>Whether a connection is meant.</summary>
    public bool Fits(ClientConnection connection) =>
        (AppKey is null || AppKey == connection.AppKey)
        && (SessionId is null || SessionId == connection.Id)
        && (ClientVersion is null || ClientVersion == connection.UserAgent);
}

/// <summary>What the WCS-style push calls take.</summary>
/// <param name="StreamName">The stream, with or without its application.</param>
/// <param name="RtmpUrl">Where to.</param>
/// <param name="RtmpTransponderFullUrl">Whether the address is whole; else <c>rtmp_</c> and the stream's name are added.</param>
/// <param name="MediaSessionId">The push, when one is ended.</param>
internal sealed record WcsPushRequest(string? StreamName, string? RtmpUrl, bool RtmpTransponderFullUrl, string? MediaSessionId);

/// <summary>A media session as WCS lists it.</summary>
internal sealed record WcsStream
{
    /// <summary>The stream's parameters.</summary>
    public required Dictionary<string, string> Custom { get; init; }

    /// <summary>This gateway.</summary>
    public required string NodeId { get; init; }

    /// <summary>The hook application.</summary>
    public required string AppKey { get; init; }

    /// <summary>The connection.</summary>
    public required string SessionId { get; init; }

    /// <summary>The media session.</summary>
    public required string MediaSessionId { get; init; }

    /// <summary>The stream's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it publishes.</summary>
    public required bool Published { get; init; }

    /// <summary>Whether it has pictures.</summary>
    public required bool HasVideo { get; init; }

    /// <summary>Whether it has sound.</summary>
    public required bool HasAudio { get; init; }

    /// <summary>How it fares.</summary>
    public required string Status { get; init; }

    /// <summary>The session description of a page.</summary>
    public required string? Sdp { get; init; }

    /// <summary>Why it ended.</summary>
    public required string? Info { get; init; }

    /// <summary>Whether a recording was asked for.</summary>
    public required bool Record { get; init; }

    /// <summary>Width of the pictures; 0 when unknown.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the pictures; 0 when unknown.</summary>
    public required int Height { get; init; }

    /// <summary>Bits per second from the publisher.</summary>
    public required long Bitrate { get; init; }

    /// <summary>Always 0: nothing is encoded anew.</summary>
    public int Quality { get; init; }

    /// <summary><c>Flash</c> or <c>WebRTC</c>.</summary>
    public required string MediaProvider { get; init; }

    /// <summary>Makes the entry of one session.</summary>
    public static WcsStream From(MediaSession session, StreamSnapshot? stream, string nodeId) => new()
    {
        Custom = ParameterReport.From(session.Parameters),
        NodeId = nodeId,
        AppKey = session.Connection.AppKey,
        SessionId = session.Connection.Id,
        MediaSessionId = session.Id,
        Name = session.Key.Name,
        Published = session.IsPublisher,
        HasVideo = session.HasVideo,
        HasAudio = session.HasAudio,
        Status = session.Status.ToString().ToUpperInvariant(),
        Sdp = session.Sdp,
        Info = session.Information,
        Record = session.Record,
        Width = (stream?.Video as H264Format)?.Width ?? 0,
        Height = (stream?.Video as H264Format)?.Height ?? 0,
        Bitrate = stream?.BitsPerSecond ?? 0,
        MediaProvider = session.Connection.AppKey == ClientConnection.PageApplication ? "WebRTC" : "Flash",
    };
}

/// <summary>A connection as WCS lists it.</summary>
internal sealed record WcsConnection
{
    /// <summary>This gateway.</summary>
    public required string NodeId { get; init; }

    /// <summary>The hook application.</summary>
    public required string AppKey { get; init; }

    /// <summary>The connection.</summary>
    public required string SessionId { get; init; }

    /// <summary>Always false.</summary>
    public bool UseWsTunnel { get; init; }

    /// <summary>Always false.</summary>
    public bool UseWsTunnelPacketization2 { get; init; }

    /// <summary>Always false.</summary>
    public bool UseBase64BinaryEncoding { get; init; }

    /// <summary>Always false: the hooks' keep-alive of WCS is another matter.</summary>
    public bool KeepAlive { get; init; }

    /// <summary>The connection's parameters.</summary>
    public required Dictionary<string, string> Custom { get; init; }

    /// <summary>What carries the media.</summary>
    public required string[] MediaProviders { get; init; }

    /// <summary>What an RTMP client says it is.</summary>
    public required string? ClientVersion { get; init; }

    /// <summary>The browser of a page.</summary>
    public required string? ClientBrowserVersion { get; init; }

    /// <summary>Always <c>ESTABLISHED</c>: others are not listed.</summary>
    public string Status { get; init; } = "ESTABLISHED";

    /// <summary>Makes the entry of one connection.</summary>
    public static WcsConnection From(ClientConnection connection, string nodeId)
    {
        bool isPage = connection.AppKey == ClientConnection.PageApplication;
        return new WcsConnection
        {
            NodeId = nodeId,
            AppKey = connection.AppKey,
            SessionId = connection.Id,
            Custom = ParameterReport.From(connection.Parameters),
            MediaProviders = [isPage ? "WebRTC" : "Flash"],
            ClientVersion = isPage ? null : connection.UserAgent,
            ClientBrowserVersion = isPage ? connection.UserAgent : null,
        };
    }
}

/// <summary>A push as WCS lists it, and how it fares.</summary>
internal sealed record WcsPush
{
    /// <summary>The push.</summary>
    public required string MediaSessionId { get; init; }

    /// <summary>The stream's name at the target.</summary>
    public required string StreamName { get; init; }

    /// <summary>Where to, without user, password and key.</summary>
    public required string RtmpUrl { get; init; }

    /// <summary>Width of the pictures; 0 when unknown.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the pictures; 0 when unknown.</summary>
    public required int Height { get; init; }

    /// <summary>Always false.</summary>
    public bool Muted { get; init; }

    /// <summary>Always false.</summary>
    public bool SoundEnabled { get; init; }

    /// <summary>Always empty.</summary>
    public Dictionary<string, string> Options { get; init; } = [];

    /// <summary>What it is doing: not WCS's, but asked for by everybody whose push does not work.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is not publishing.</summary>
    public required string Info { get; init; }

    /// <summary>Makes the entry of one push.</summary>
    public static WcsPush From(StreamPush push, StreamSnapshot? stream) => new()
    {
        MediaSessionId = push.Id,
        StreamName = push.Target.IsFullUrl ? push.Target.Stream.Name : push.Target.ShownName,
        RtmpUrl = push.Target.ShownUrl,
        Width = (stream?.Video as H264Format)?.Width ?? 0,
        Height = (stream?.Video as H264Format)?.Height ?? 0,
        Status = PushReport.NameOf(push.State),
        Info = push.Reason,
    };
}
