using MediaGateway.Authorization;
using MediaGateway.Sessions;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Access control that answers as a test says, and keeps what it was asked.</summary>
internal sealed class FakeAccess : IAccessControl
{
    public Func<ClientConnection, CancellationToken, ValueTask<AccessVerdict>> OnConnect { get; set; } = static (_, _) => Allowed;

    public Func<MediaSession, CancellationToken, ValueTask<AccessVerdict>> OnPublish { get; set; } = static (_, _) => Allowed;

    public Func<MediaSession, CancellationToken, ValueTask<AccessVerdict>> OnPlay { get; set; } = static (_, _) => Allowed;

    public List<ClientConnection> Connections { get; } = [];

    public List<MediaSession> Sessions { get; } = [];

    public static ValueTask<AccessVerdict> Allowed => ValueTask.FromResult(AccessVerdict.Allowed);

    public static ValueTask<AccessVerdict> Refused(string reason) => ValueTask.FromResult(AccessVerdict.Refused(reason));

    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken)
    {
        Connections.Add(connection);
        return OnConnect(connection, cancellationToken);
    }

    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken)
    {
        Sessions.Add(session);
        return OnPublish(session, cancellationToken);
    }

    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken)
    {
        Sessions.Add(session);
        return OnPlay(session, cancellationToken);
    }
}
