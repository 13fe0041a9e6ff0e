using MediaGateway.Sessions;

namespace MediaGateway.Authorization;

/// <summary>Asks several in turn; the first refusal counts. Any thread.</summary>
/// <param name="links">Whom, in order.</param>
internal sealed class ChainedAccess(IReadOnlyList<IAccessControl> links) : IAccessControl
{
    /// <inheritdoc/>
    public ValueTask<AccessVerdict> ConnectAsync(ClientConnection connection, CancellationToken cancellationToken) =>
        AskAsync(link => link.ConnectAsync(connection, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PublishAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAsync(link => link.PublishAsync(session, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<AccessVerdict> PlayAsync(MediaSession session, CancellationToken cancellationToken) =>
        AskAsync(link => link.PlayAsync(session, cancellationToken));

    private async ValueTask<AccessVerdict> AskAsync(Func<IAccessControl, ValueTask<AccessVerdict>> ask)
    {
        AccessVerdict verdict = AccessVerdict.Allowed;
        foreach (IAccessControl link in links)
        {
            verdict = await ask(link);
            if (!verdict.IsAllowed)
            {
                break;
            }
        }

        return verdict;
    }
}
