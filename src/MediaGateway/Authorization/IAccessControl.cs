using MediaGateway.Sessions;

namespace MediaGateway.Authorization;

/// <summary>
/// Decides who may connect, publish and play. Servers ask before anything else happens and keep media back until the answer has come.
/// Answers come within a few seconds, refusing when nobody could be asked; a call never throws but for cancellation. Any thread.
/// </summary>
internal interface IAccessControl
{
    /// <summary>Whether everybody may do everything, so that nothing about streams is secret.</summary>
    bool IsOpen => false;

    /// <summary>Whether a client may connect.</summary>
    ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken);

    /// <summary>Whether it may publish. The verdict may carry another name for the stream.</summary>
    ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken);

    /// <summary>Whether it may play. The verdict may carry another name for the stream.</summary>
    ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken);
}
