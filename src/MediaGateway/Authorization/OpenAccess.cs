using MediaGateway.Sessions;

namespace MediaGateway.Authorization;

/// <summary>Lets everybody do everything: what holds until hooks or tokens are configured.</summary>
internal sealed class OpenAccess : IAccessControl
{
    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AccessVerdict.Allowed);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AccessVerdict.Allowed);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AccessVerdict.Allowed);
}
