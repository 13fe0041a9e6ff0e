using System.Runtime.CompilerServices;
using System.Text.Json;
using MediaGateway.Authorization;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Hooks;

/// <summary>
/// The <c>http_hooks</c> of SRS: a question is answered with yes by status 200 and a body of <c>0</c> or <c>{"code":0}</c>. Any thread.
/// </summary>
internal sealed class SrsHooks(HookBackend backend, HookGate gate, HookNode node) : IHookStyle
{
    private const string VirtualHost = "__defaultVhost__";

    // Only what was let in is reported when it ends.
    private readonly ConditionalWeakTable<MediaSession, object> _admitted = [];

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken) =>
        AskAsync(HookMethods.OnConnect, connection, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAboutStreamAsync(HookMethods.OnPublish, session, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAboutStreamAsync(HookMethods.OnPlay, session, cancellationToken);

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Opened(ClientConnection connection) => [];

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Closed(ClientConnection connection) => EventOf(HookMethods.OnClose, connection, null);

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Changed(MediaSession session)
    {
        bool isEnd = session.Status is MediaSessionStatus.Unpublished or MediaSessionStatus.Stopped or MediaSessionStatus.Failed;
        return isEnd && _admitted.Remove(session)
            ? EventOf(session.IsPublisher ? HookMethods.OnUnpublish : HookMethods.OnStop, session.Connection, session)
            : [];
    }

    /// <summary>SRS reports a file once it is ready.</summary>
    public HookEvent? Recorded(RecordingEntry entry, string path, MediaSession? session) =>
        !entry.IsRunning && entry.Bytes > 0 && backend.Find(HookRecordings.AppKeyOf(entry), HookMethods.OnDvr) is { } address
            ? new HookEvent(
                HookMethods.OnDvr,
                address,
                HookRecordings.OwnerOf(entry, session),
                () => session is null ? BodyOf(entry, path) : BodyOf(HookMethods.OnDvr, session.Connection, session, path))
            : null;

    private static AccessVerdict? Read(HookAnswer answer)
    {
        if (answer.Status != StatusCodes.Status200OK || answer.Body.IsEmpty || HookGate.ReadJson(answer.Body) is not { } json)
        {
            return null;
        }

        JsonElement code = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("code", out JsonElement inner) ? inner : json;
        return code.ValueKind != JsonValueKind.Number ? null
            : code.TryGetInt64(out long value) && value == 0 ? AccessVerdict.Allowed
            : new AccessVerdict(false);
    }

    // SRS asks about RTMP connections only.
    private Uri? AddressOf(string method, ClientConnection connection) =>
        method is HookMethods.OnConnect or HookMethods.OnClose && connection.AppKey != ClientConnection.FlashApplication
            ? null
            : backend.Find(connection.AppKey, method);

    private async ValueTask<AccessVerdict> AskAboutStreamAsync(string method, MediaSession session, CancellationToken cancellationToken)
    {
        AccessVerdict verdict = await AskAsync(method, session.Connection, session, cancellationToken);
        if (verdict.IsAllowed)
        {
            _admitted.AddOrUpdate(session, session.Id);
        }

        return verdict;
    }

    private async ValueTask<AccessVerdict> AskAsync(
        string method, ClientConnection connection, MediaSession? session, CancellationToken cancellationToken)
    {
        if (AddressOf(method, connection) is not { } address)
        {
            return AccessVerdict.Allowed;
        }

        return await gate.AskAsync(
            new HookQuestion
            {
                Method = method,
                Address = address,
                Subject = session?.Key.ToString() ?? connection.Id,
                Body = BodyOf(method, connection, session),
                Read = Read,
            },
            cancellationToken);
    }

    private IEnumerable<HookEvent> EventOf(string method, ClientConnection connection, MediaSession? session)
    {
        if (AddressOf(method, connection) is { } address)
        {
            StreamKey? stream = session is { IsPublisher: true } ? session.Key : null;
            yield return new HookEvent(method, address, connection, () => BodyOf(method, connection, session), stream);
        }
    }

    // A file of which no client is known.
    private ReadOnlyMemory<byte> BodyOf(RecordingEntry entry, string file)
    {
        using var body = new HookBody([]);
        return body.Text("server_id", node.Id)
            .Text("service_id", node.Id)
            .Text("action", HookMethods.OnDvr)
            .Text("client_id", "")
            .Text("ip", "")
            .Text("vhost", VirtualHost)
            .Text("app", entry.Key.Application)
            .Text("tcUrl", "")
            .Text("stream", entry.Key.Name)
            .Text("param", "")
            .Text("stream_url", $"/{entry.Key}")
            .Text("stream_id", entry.SessionId ?? "")
            .Text("cwd", AppContext.BaseDirectory)
            .Text("file", file)
            .End();
    }

    private ReadOnlyMemory<byte> BodyOf(string method, ClientConnection connection, MediaSession? session, string? file = null)
    {
        string application = session?.Key.Application ?? connection.Application ?? "";
        using var body = new HookBody([]);
        body.Text("server_id", node.Id)
            .Text("service_id", node.Id)
            .Text("action", method)
            .Text("client_id", connection.Id)
            .Text("ip", HookNode.Plain(connection.Remote.Address).ToString())
            .Text("vhost", VirtualHost)
            .Text("app", application)
            .Text("tcUrl", connection.TcUrl ?? $"{HookParameters.ProtocolOf(connection)}://{HookNode.Plain(connection.Local.Address)}/{application}");
        if (session is null)
        {
            return body.Text("pageUrl", connection.PageUrl ?? "").End();
        }

        string query = HookParameters.Query(session);
        body.Text("stream", session.Key.Name)
            .Text("param", query.Length == 0 ? "" : $"?{query}")
            .Text("stream_url", $"/{session.Key}")
            .Text("stream_id", session.Id)
            .Text("cwd", file is null ? null : AppContext.BaseDirectory)
            .Text("file", file);
        return body.End();
    }
}
