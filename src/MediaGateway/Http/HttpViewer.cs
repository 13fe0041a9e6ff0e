using MediaGateway.Diagnostics;
using MediaGateway.Sessions;

namespace MediaGateway.Http;

/// <summary>
/// A viewer by plain HTTP that access control has let in: what hooks and the API see, from the question on until it is ended. Its owner
/// plays; anybody may ask it to end.
/// </summary>
/// <param name="session">What hooks and the API know it as.</param>
/// <param name="directory">Where it is listed.</param>
/// <param name="ending">Cancelled when somebody wants it to end.</param>
internal sealed class HttpViewer(MediaSession session, SessionDirectory directory, HttpViewerEnding ending) : IDisposable
{
    /// <summary>What hooks and the API know it as.</summary>
    public MediaSession Session { get; } = session;

    /// <summary>Cancelled when somebody wants it to end.</summary>
    public CancellationToken Ending => ending.Token;

    /// <summary>Who wanted it to end, and why; null while nobody does.</summary>
    public (SessionEndReason Reason, string Words)? EndRequest => ending.Request;

    /// <summary>It plays from now on.</summary>
    public void Begin() => directory.Change(Session, MediaSessionStatus.Playing);

    /// <summary>It has ended; the first call counts.</summary>
    public void End(MediaSessionStatus status, string information)
    {
        directory.Change(Session, status, information);
        directory.Close(Session.Connection);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End(MediaSessionStatus.Stopped, "Stopped by session disconnect");
        ending.Dispose();
    }
}
