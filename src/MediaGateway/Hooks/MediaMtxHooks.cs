using MediaGateway.Authorization;
using MediaGateway.Recording;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>The <c>authHTTPAddress</c> of MediaMTX: any status from 200 to 299 is a yes. There are no events. Any thread.</summary>
internal sealed class MediaMtxHooks(HookBackend backend, HookGate gate) : IHookStyle
{
    /// <inheritdoc/>
    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AccessVerdict.Allowed);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAsync(HookMethods.Publish, session, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAsync(HookMethods.Read, session, cancellationToken);

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Opened(ClientConnection connection) => [];

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Closed(ClientConnection connection) => [];

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Changed(MediaSession session) => [];

    /// <inheritdoc/>
    public HookEvent? Recorded(RecordingEntry entry, string path, MediaSession? session) => null;

    private async ValueTask<AccessVerdict> AskAsync(string action, MediaSession session, CancellationToken cancellationToken)
    {
        if (backend.Find(session.Connection.AppKey, action) is not { } address)
        {
            return AccessVerdict.Allowed;
        }

        return await gate.AskAsync(
            new HookQuestion
            {
                Method = action,
                Address = address,
                Subject = session.Key.ToString(),
                Body = BodyOf(action, session),
                Read = static _ => AccessVerdict.Allowed,
            },
            cancellationToken);
    }

    private static ReadOnlyMemory<byte> BodyOf(string action, MediaSession session)
    {
        ClientConnection connection = session.Connection;
        using var body = new HookBody([]);
        body.Text("user", HookParameters.Find(session, "user") ?? "")
            .Text("password", HookParameters.Find(session, "pass") ?? "")
            .Text("token", connection.Token ?? HookParameters.Find(session, "token") ?? HookParameters.Find(session, "jwt") ?? "")
            .Text("ip", HookNode.Plain(connection.Remote.Address).ToString())
            .Text("action", action)
            .Text("path", session.Key.ToString())
            .Text("protocol", HookParameters.ProtocolOf(connection))
            .Text("id", session.Id)
            .Text("query", HookParameters.Query(session))
            .Text("userAgent", connection.UserAgent ?? "");
        return body.End();
    }
}
