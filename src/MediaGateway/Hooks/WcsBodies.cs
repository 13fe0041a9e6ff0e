using System.Collections.Frozen;
using MediaGateway.Recording;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>
/// The bodies of WCS's REST hooks, field for field and in its order. <c>useWsTunnel</c> and the like are features of WCS that do not exist
/// here: they are sent as WCS sends them when they are off.
/// </summary>
internal sealed class WcsBodies(HookNode node)
{
    private static readonly string[] MediaProviders = ["WebRTC"];

    /// <summary>The body of <c>connect</c>.</summary>
    public ReadOnlyMemory<byte> Connect(ClientConnection connection, WcsConnection kept, FrozenSet<string> excluded)
    {
        using var body = new HookBody(excluded);
        AddConnection(body, connection, kept);
        return body.End();
    }

    /// <summary>The body of <c>ConnectionStatusEvent</c>.</summary>
    public ReadOnlyMemory<byte> ConnectionStatus(
        ClientConnection connection, WcsConnection kept, string status, FrozenSet<string> excluded)
    {
        using var body = new HookBody(excluded);
        AddConnection(body, connection, kept);
        body.Text("authToken", kept.AuthToken).Text("status", status);
        return body.End();
    }

    /// <summary>The body of every hook about a media session.</summary>
    public ReadOnlyMemory<byte> Stream(
        MediaSession session, MediaSessionStatus status, string? information, FrozenSet<string> excluded)
    {
        ClientConnection connection = session.Connection;
        using var body = new HookBody(excluded);
        AddSession(body, connection)
            .Text("mediaSessionId", session.Id)
            .Text("name", session.Key.Name)
            .Flag("published", session.IsPublisher)
            .Flag("hasVideo", session.HasVideo)
            .Flag("hasAudio", session.HasAudio)
            .Text("status", StatusText(status))
            .Text("sdp", session.Sdp)
            .Text("info", information)
            .Flag("record", session.Record)
            .Number("width", 0)
            .Number("height", 0)
            .Number("bitrate", 0)
            .Number("minBitrate", 0)
            .Number("maxBitrate", 0)
            .Number("quality", 0)
            .Text("mediaProvider", connection.AppKey == ClientConnection.FlashApplication ? "Flash" : "WebRTC")
            .Parameters("custom", session.Parameters);
        return body.End();
    }

    /// <summary>The body of <c>OnDataEvent</c>.</summary>
    /// <param name="session">Whose data it is.</param>
    /// <param name="operationId">Names this piece of data.</param>
    /// <param name="payload">The data, as JSON.</param>
    /// <param name="excluded">Fields to leave out.</param>
    public ReadOnlyMemory<byte> Data(MediaSession session, string operationId, string payload, FrozenSet<string> excluded)
    {
        using var body = new HookBody(excluded);
        AddSession(body, session.Connection)
            .Text("mediaSessionId", session.Id)
            .Text("name", session.Key.Name)
            .Text("operationId", operationId)
            .Json("payload", payload);
        return body.End();
    }

    /// <summary>The body of <c>RecordingStatusEvent</c>.</summary>
    /// <param name="entry">The file.</param>
    /// <param name="path">Its whole path.</param>
    /// <param name="session">The publisher's session; null when there is none.</param>
    /// <param name="excluded">Fields to leave out.</param>
    public ReadOnlyMemory<byte> Recording(RecordingEntry entry, string path, MediaSession? session, FrozenSet<string> excluded)
    {
        using var body = new HookBody(excluded);
        body.Text("nodeId", session is null ? node.Id : node.NameFor(session.Connection))
            .Text("appKey", HookRecordings.AppKeyOf(entry))
            .Text("sessionId", session?.Connection.Id ?? "")
            .Text("mediaSessionId", entry.SessionId ?? "")
            .Text("name", entry.Key.Name)
            .Text("status", entry.State switch
            {
                RecordingState.Recording => "RECORDING",
                RecordingState.Finished => "RECORDED",
                _ => "FAILED",
            })
            .Text("info", entry.Reason)
            .Text("recordId", entry.Id)
            .Text("recordName", entry.File)
            .Text("path", path)
            .Number("size", entry.Bytes)
            .Number("duration", (long)(entry.Duration * 1000))
            .Parameters("custom", session?.Parameters ?? []);
        return body.End();
    }

    /// <summary>WCS's word for a status.</summary>
    public static string StatusText(MediaSessionStatus status) => status.ToString().ToUpperInvariant();

    private HookBody AddSession(HookBody body, ClientConnection connection) => body
        .Text("nodeId", node.NameFor(connection))
        .Text("appKey", connection.AppKey)
        .Text("sessionId", connection.Id);

    private void AddConnection(HookBody body, ClientConnection connection, WcsConnection kept)
    {
        bool isFlash = connection.AppKey == ClientConnection.FlashApplication;
        AddSession(body, connection)
            .Flag("useWsTunnel", false)
            .Flag("useWsTunnelPacketization2", false)
            .Flag("useBase64BinaryEncoding", false);
        if (!isFlash)
        {
            body.List("mediaProviders", MediaProviders)
                .Text("clientVersion", "2.0")
                .Text("clientOSVersion", ApplicationVersion(connection.UserAgent))
                .Text("clientBrowserVersion", connection.UserAgent ?? "");
        }

        body.Flag("keepAlive", false);
        body.Text("origin", connection.Origin);
        body.Parameters("custom", connection.Parameters);
        if (isFlash)
        {
            body.Text("login", kept.Login);
        }
    }

    /// <summary>What a browser calls <c>navigator.appVersion</c>, which WCS's client sends: the user agent without its first word.</summary>
    private static string ApplicationVersion(string? userAgent)
    {
        const string Prefix = "Mozilla/";
        return userAgent is null ? "" : userAgent.StartsWith(Prefix, StringComparison.Ordinal) ? userAgent[Prefix.Length..] : userAgent;
    }
}
