using MediaGateway.Diagnostics;
using MediaGateway.Sessions;

namespace MediaGateway.Authorization;

/// <summary>
/// Refuses who wants to publish or play while memory is near its limit, before anybody else is asked. Clients may connect, which costs little;
/// sessions that are here are not asked about again. Any thread.
/// </summary>
/// <param name="inner">Who decides otherwise.</param>
/// <param name="memory">Whether it is.</param>
/// <param name="metrics">Counts the refused.</param>
internal sealed class MemoryAccess(IAccessControl inner, MemoryPressure memory, GatewayMetrics metrics) : IAccessControl
{
    /// <inheritdoc/>
    public bool IsOpen => inner.IsOpen;

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken) =>
        inner.ConnectAsync(connection, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        memory.IsNear ? Refuse() : inner.PublishAsync(session, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        memory.IsNear ? Refuse() : inner.PlayAsync(session, cancellationToken);

    private ValueTask<AccessVerdict> Refuse()
    {
        metrics.SessionRefused("memory");
        return ValueTask.FromResult(AccessVerdict.TryLater(MemoryPressure.Words));
    }
}
