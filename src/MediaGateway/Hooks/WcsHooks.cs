using System.Runtime.CompilerServices;
using System.Text.Json;
using MediaGateway.Authorization;
using MediaGateway.Recording;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Hooks;

/// <summary>
/// The REST hooks of Flashphoner's Web Call Server 5.2. Where the backend has said nothing about errors of a hook, this gateway refuses
/// while WCS goes on. Any thread.
/// </summary>
internal sealed class WcsHooks(HookBackend backend, HookGate gate, WcsBodies bodies) : IHookStyle
{
    // The rules live exactly as long as their connection does.
    private readonly ConditionalWeakTable<ClientConnection, WcsConnection> _connections = [];

    /// <inheritdoc/>
    public async ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken)
    {
        if (backend.Find(connection.AppKey, HookMethods.Connect) is not { } address)
        {
            return AccessVerdict.Allowed;
        }

        WcsConnection kept = KeptOf(connection);
        return await gate.AskAsync(
            new HookQuestion
            {
                Method = HookMethods.Connect,
                Address = address,
                Subject = connection.Id,
                Body = bodies.Connect(connection, kept, []),
                Read = answer => ReadConnect(answer, kept),
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAboutStreamAsync(HookMethods.PublishStream, session, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAboutStreamAsync(HookMethods.PlayStream, session, cancellationToken);

    /// <summary>Whether a client may know that a stream is there.</summary>
    /// <param name="session">A media session that was never entered: who asks about which stream.</param>
    /// <param name="cancellationToken">Cancelled when the client has gone.</param>
    public ValueTask<AccessVerdict> AvailableAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAboutStreamAsync(HookMethods.AvailableStream, session, cancellationToken);

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Opened(ClientConnection connection) => StatusOf(connection, "ESTABLISHED");

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Closed(ClientConnection connection) => StatusOf(connection, "DISCONNECTED");

    /// <inheritdoc/>
    public IEnumerable<HookEvent> Changed(MediaSession session)
    {
        MediaSessionStatus status = session.Status;
        string? invocation = status switch
        {
            MediaSessionStatus.Unpublished => HookMethods.UnPublishStream,
            MediaSessionStatus.Stopped => HookMethods.StopStream,
            MediaSessionStatus.Paused => HookMethods.PauseStream,
            _ => null,
        };
        bool isBeginning = status is MediaSessionStatus.New or MediaSessionStatus.Pending;
        foreach (string? method in new[] { invocation, isBeginning ? null : HookMethods.StreamStatusEvent })
        {
            if (method is not null && EventOf(session, method, status) is { } its)
            {
                yield return its;
            }
        }
    }

    /// <inheritdoc/>
    public HookEvent? Recorded(RecordingEntry entry, string path, MediaSession? session)
    {
        WcsRule rule = session is null ? WcsRule.Default : KeptOf(session.Connection).RuleOf(HookMethods.RecordingStatusEvent);
        return rule.IsDisabled || backend.Find(HookRecordings.AppKeyOf(entry), HookMethods.RecordingStatusEvent) is not { } address
            ? null
            : new HookEvent(
                HookMethods.RecordingStatusEvent,
                address,
                HookRecordings.OwnerOf(entry, session),
                () => bodies.Recording(entry, path, session, rule.Excluded));
    }

    /// <summary>Tells of data that a client has sent; null when nobody wants to hear.</summary>
    /// <param name="session">Whose data it is.</param>
    /// <param name="payload">The data, as JSON that has been checked.</param>
    public HookEvent? Data(MediaSession session, string payload)
    {
        WcsRule rule = KeptOf(session.Connection).RuleOf(HookMethods.OnDataEvent);
        string operationId = Guid.NewGuid().ToString();
        return rule.IsDisabled || backend.Find(session.Connection.AppKey, HookMethods.OnDataEvent) is not { } address
            ? null
            : new HookEvent(
                HookMethods.OnDataEvent, address, session.Connection, () => bodies.Data(session, operationId, payload, rule.Excluded));
    }

    /// <summary>Tells that a media session is still there; null when nobody wants to hear.</summary>
    public HookEvent? KeepAlive(MediaSession session) => EventOf(session, HookMethods.StreamKeepAliveEvent, session.Status);

    /// <summary>Whether a refused keep-alive ends the session: always, unless the backend has said <c>LOG</c> about its errors.</summary>
    public bool RefusalEnds(MediaSession session) =>
        KeptOf(session.Connection).RuleOf(HookMethods.StreamKeepAliveEvent).OnError != FaultRule.GoOn;

    private static AccessVerdict? ReadConnect(HookAnswer answer, WcsConnection kept)
    {
        if (answer.Status != StatusCodes.Status200OK || HookGate.ReadJson(answer.Body) is not { ValueKind: JsonValueKind.Object } json)
        {
            return null;
        }

        kept.Rules = WcsRule.ReadAll(json);
        return AccessVerdict.Allowed;
    }

    private static AccessVerdict? ReadStream(HookAnswer answer, WcsRule rule, StreamKey asked, MediaSession session)
    {
        if (answer.Status != StatusCodes.Status200OK || HookGate.ReadJson(answer.Body) is not { ValueKind: JsonValueKind.Object } json)
        {
            return null;
        }

        if (rule.Overwrites.Contains("record") && json.TryGetProperty("record", out JsonElement record)
            && record.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            session.Record = record.ValueKind == JsonValueKind.True;
        }

        if (!rule.Overwrites.Contains("name")
            || !json.TryGetProperty("name", out JsonElement name)
            || name.ValueKind != JsonValueKind.String
            || name.ValueEquals(asked.Name))
        {
            return AccessVerdict.Allowed;
        }

        // A name that is none is a fault of the backend: better no stream than one under the name that was to be hidden.
        return StreamKey.TryCreate(asked.Application, name.GetString(), out StreamKey key, out _)
            ? new AccessVerdict(true, StreamName: key.Name)
            : null;
    }

    private WcsConnection KeptOf(ClientConnection connection) => _connections.GetValue(connection, static _ => new WcsConnection());

    private async ValueTask<AccessVerdict> AskAboutStreamAsync(string method, MediaSession session, CancellationToken cancellationToken)
    {
        WcsRule rule = KeptOf(session.Connection).RuleOf(method);
        if (rule.IsDisabled || backend.Find(session.Connection.AppKey, method) is not { } address)
        {
            return AccessVerdict.Allowed;
        }

        StreamKey asked = session.Key;
        return await gate.AskAsync(
            new HookQuestion
            {
                Method = method,
                Address = address,
                Subject = session.Key.ToString(),
                Body = bodies.Stream(session, session.Status, null, rule.Excluded),
                OnFault = rule.OnError,
                Read = answer => ReadStream(answer, rule, asked, session),
            },
            cancellationToken);
    }

    private IEnumerable<HookEvent> StatusOf(ClientConnection connection, string status)
    {
        WcsConnection kept = KeptOf(connection);
        WcsRule rule = kept.RuleOf(HookMethods.ConnectionStatusEvent);
        if (!rule.IsDisabled && backend.Find(connection.AppKey, HookMethods.ConnectionStatusEvent) is { } address)
        {
            yield return new HookEvent(
                HookMethods.ConnectionStatusEvent, address, connection, () => bodies.ConnectionStatus(connection, kept, status, rule.Excluded));
        }
    }

    private HookEvent? EventOf(MediaSession session, string method, MediaSessionStatus status)
    {
        WcsRule rule = KeptOf(session.Connection).RuleOf(method);
        string? information = session.Information;
        return rule.IsDisabled || backend.Find(session.Connection.AppKey, method) is not { } address
            ? null
            : new HookEvent(
                method,
                address,
                session.Connection,
                () => bodies.Stream(session, status, information, rule.Excluded),
                session.IsPublisher ? session.Key : null);
    }
}
