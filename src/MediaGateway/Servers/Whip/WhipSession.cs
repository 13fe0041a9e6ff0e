using System.Buffers.Text;
using System.Security.Cryptography;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.WebRtc.Sdp;

namespace MediaGateway.Servers.Whip;

/// <summary>
/// One session that was opened by an offer: the resource that its client trickles to and deletes (RFC 9725 4.3, 4.5), which ends with the
/// media. Any thread.
/// </summary>
/// <param name="session">What hooks and the API know it as.</param>
/// <param name="requested">The stream as the client named it; a backend may have given it another name.</param>
/// <param name="headerHash">What the client's later requests must show; null: nothing.</param>
/// <param name="sessions">Where it is listed.</param>
/// <param name="directory">Who is told of it.</param>
internal sealed class WhipSession(
    MediaSession session, StreamKey requested, byte[]? headerHash, WhipSessions sessions, SessionDirectory directory) : IPeerObserver
{
    private const int IdBytes = 24;
    private const int TagBytes = 8;

    private readonly Lock _lock = new();
    private string? _peerFragment = IceFragment.TryRead(session.Sdp ?? "", out IceFragment? offered, out _) ? offered.UsernameFragment : null;
    private string _tag = NewTag();

    /// <summary>Names it in addresses: random, and known to its client alone.</summary>
    public string Id { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>What hooks and the API know it as.</summary>
    public MediaSession Session { get; } = session;

    /// <summary>The stream as the client named it.</summary>
    public StreamKey Requested { get; } = requested;

    /// <summary>What later requests must show.</summary>
    public byte[]? HeaderHash { get; } = headerHash;

    /// <summary>Names the ICE session: another one after each restart.</summary>
    public string Tag
    {
        get
        {
            lock (_lock)
            {
                return _tag;
            }
        }
    }

    /// <summary>Takes what a PATCH carries: candidates, which are not needed here, or new credentials, which restart ICE.</summary>
    /// <param name="peers">Who restarts.</param>
    /// <param name="ifMatch">The header <c>If-Match</c>.</param>
    /// <param name="body">The fragment.</param>
    /// <param name="response">Gets the new tag.</param>
    public IResult Patch(IPeerSessions peers, string ifMatch, string body, HttpResponse response)
    {
        lock (_lock) // two restarts at once would have one tag; the call within only posts
        {
            if (!Fits(ifMatch))
            {
                return WhipProblem.Answer(StatusCodes.Status412PreconditionFailed, "If-Match names an ICE session that is over; ICE was restarted since.");
            }

            if (!IceFragment.TryRead(body, out IceFragment? fragment, out string? unreadable))
            {
                return WhipProblem.BadRequest(unreadable);
            }

            if (fragment.UsernameFragment is null || fragment.UsernameFragment == _peerFragment)
            {
                return TypedResults.NoContent();
            }

            if (!peers.TryRestart(Session.Id, body, out string? answer, out string? refusal))
            {
                return WhipProblem.Answer(StatusCodes.Status422UnprocessableEntity, refusal ?? "ICE cannot be restarted.");
            }

            _peerFragment = fragment.UsernameFragment;
            if (answer.Length == 0)
            {
                return TypedResults.NoContent();
            }

            _tag = NewTag();
            response.Headers.ETag = _tag;
            return TypedResults.Text(answer, WhipHeaders.Fragment);
        }
    }

    /// <summary>It has been let in and waits for media.</summary>
    public void Begin() => directory.Change(Session, MediaSessionStatus.Pending);

    /// <inheritdoc/>
    public void MediaFlows(string mediaSessionId) =>
        directory.Change(Session, Session.IsPublisher ? MediaSessionStatus.Publishing : MediaSessionStatus.Playing);

    /// <inheritdoc/>
    public void Ended(string mediaSessionId, SessionEndReason reason, string detail) => End(reason, InformationOf(reason, detail));

    /// <summary>It is over: nobody finds it any more, and everybody is told.</summary>
    public void End(SessionEndReason reason, string information)
    {
        sessions.Remove(this);
        MediaSessionStatus status = reason is not (SessionEndReason.Completed or SessionEndReason.PeerClosed) ? MediaSessionStatus.Failed
            : Session.IsPublisher ? MediaSessionStatus.Unpublished
            : MediaSessionStatus.Stopped;
        directory.Change(Session, status, information);
        directory.Close(Session.Connection);
    }

    /// <summary>WCS's words for the ways in which a session ends, where it has some.</summary>
    private string InformationOf(SessionEndReason reason, string detail) => reason switch
    {
        SessionEndReason.PeerClosed => Session.IsPublisher ? WhipSessions.StoppedByPublisher : WhipSessions.StoppedByUser,
        SessionEndReason.Timeout => "Failed by ICE timeout",
        SessionEndReason.ProtocolError => "Failed by DTLS error",
        SessionEndReason.InternalError => "Failed by error",
        _ => detail,
    };

    // RFC 9725 4.3.3 restarts with "*"; clients write it with and without the quotation marks. Weak tags never fit (RFC 9110 13.1.1).
    private bool Fits(string ifMatch) =>
        ifMatch.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag is "*" or "\"*\"" || tag == _tag);

    private static string NewTag() => $"\"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TagBytes))}\"";
}
