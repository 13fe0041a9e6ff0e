using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// One stream that a client publishes, from its publish command on: asked for, published, ended. The connection's receive loop owns it
/// and feeds the stream as fast as the client sends; the stream's other users only leave requests.
/// </summary>
internal sealed class RtmpPublisher(RtmpDialogue dialogue, RtmpEvent.PublishRequested request) : IPublisherControl
{
    private readonly ReceivedMedia _media = new();
    private SessionEntry? _entry;
    private PublishLease? _lease;
    private RtmpDialogue.EndRequest? _endRequest;

    /// <summary>The message stream on which its media comes.</summary>
    public uint MessageStreamId => request.MessageStreamId;

    /// <summary>Whether its media may flow.</summary>
    public bool IsPublishing => _lease is not null && !IsOver;

    /// <summary>Whether it has ended or was refused.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When it is taken for lost unless media comes.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Frames that the client has sent.</summary>
    public long Frames => _media.Frames;

    /// <summary>Bytes of these frames.</summary>
    public long Bytes => _media.Bytes;

    /// <summary>How often the client's clock has jumped.</summary>
    public int ClockJumps => _media.ClockJumps;

    /// <inheritdoc/>
    public string Protocol => dialogue.Connection?.Protocol ?? "rtmp";

    /// <summary>False: an RTMP encoder sends keyframes when it likes.</summary>
    public bool AnswersKeyframeRequests => false;

    /// <summary>Goes on after the publish command: looks at the request, then asks whether it is allowed.</summary>
    public void Begin()
    {
        if (!StreamKey.TryCreate(request.Url.Application, request.Url.StreamName, out StreamKey key, out string? refusal))
        {
            Refuse(StatusCode.PublishBadName, refusal, SessionEndReason.Unauthorized);
            return;
        }

        dialogue.Stream = key;
        RtmpServices services = dialogue.Services;
        MediaSession session = Describe(key);
        _entry = new SessionEntry(services.Sessions, session);
        dialogue.Ask(token => services.Access.PublishAsync(session, token), Answer);
    }

    /// <summary>The client may not even connect.</summary>
    public void RefuseConnection(string reason) => Refuse(StatusCode.PublishDenied, reason, SessionEndReason.Unauthorized);

    /// <summary>Takes what the client has sent: media or metadata. A frame's reference is consumed.</summary>
    public void Take(in RtmpPublished item)
    {
        Deadline = dialogue.Now + dialogue.Services.Options.PublisherTimeout;
        _media.Give(item, _lease!); // Media is only taken while there is one.
    }

    /// <summary>Takes what others have left, and the time.</summary>
    public void TakeNotices()
    {
        if (Interlocked.Exchange(ref _endRequest, null) is { } end && IsPublishing)
        {
            EndByServer(end.Reason, end.Words);
            dialogue.CloseAfterLastWords(end.Reason);
        }

        if (dialogue.Now >= Deadline)
        {
            double seconds = dialogue.Services.Options.PublisherTimeout.TotalSeconds;
            dialogue.Session.EndPublish(MessageStreamId, StatusCode.UnpublishSuccess, $"No media came for {seconds:0.#} seconds.");
            Conclude(StreamEndReason.PublisherLost, MediaSessionStatus.Failed, SessionWords.NoActivity);
            dialogue.CloseAfterLastWords(SessionEndReason.Timeout);
        }
    }

    /// <summary>Encoders are not asked: they could not answer.</summary>
    public void RequestKeyframe()
    {
    }

    /// <inheritdoc/>
    public void End(SessionEndReason reason, string detail)
    {
        Interlocked.CompareExchange(ref _endRequest, new RtmpDialogue.EndRequest(reason, detail), null);
        dialogue.Wake();
    }

    /// <summary>The client publishes no longer on that message stream.</summary>
    public void Close(uint messageStreamId)
    {
        if (messageStreamId == MessageStreamId && !IsOver)
        {
            Conclude(StreamEndReason.Unpublished, MediaSessionStatus.Unpublished, SessionWords.StoppedByUser);
            dialogue.Outcome = SessionEndReason.Completed;
        }
    }

    /// <summary>Ends it from our side: the client is told why. The caller closes the connection, as an encoder would go on sending.</summary>
    public void EndByServer(SessionEndReason reason, string words)
    {
        if (!IsPublishing)
        {
            return;
        }

        dialogue.Session.EndPublish(MessageStreamId, StatusCode.UnpublishSuccess, words);
        bool isShutdown = reason == SessionEndReason.ServerShutdown;
        Conclude(isShutdown ? StreamEndReason.ServerShutdown : StreamEndReason.Unpublished, MediaSessionStatus.Unpublished, words);
    }

    /// <summary>The connection has ended without a word of the client.</summary>
    public void Abandon(SessionEndReason reason)
    {
        string words = reason switch
        {
            SessionEndReason.Timeout => SessionWords.NoActivity,
            SessionEndReason.ProtocolError or SessionEndReason.InternalError => SessionWords.Error,
            _ => SessionWords.StoppedByDisconnect,
        };
        Conclude(
            reason == SessionEndReason.ServerShutdown ? StreamEndReason.ServerShutdown : StreamEndReason.PublisherLost,
            MediaSessionStatus.Failed,
            words);
    }

    private MediaSession Describe(StreamKey key) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Connection = dialogue.Connection!, // There is a connection before anything is published.
        Key = key,
        IsPublisher = true,
        Parameters = request.Url.Name.Parameters,
        Record = request.Type is "record" or "append",
        StartedAt = dialogue.Now,
        End = End,
    };

    private void Answer(AccessVerdict verdict)
    {
        MediaSession session = _entry!.Session; // Made before anybody was asked about it.
        if (!verdict.IsAllowed)
        {
            Refuse(StatusCode.PublishDenied, verdict.Reason ?? "You may not publish this stream.", verdict.MayRetry ? SessionEndReason.StreamBusy : SessionEndReason.Unauthorized);
            return;
        }

        string? refusal;
        if (verdict.StreamName is { } name)
        {
            if (!StreamKey.TryCreate(session.Key.Application, name, out StreamKey renamed, out refusal))
            {
                Refuse(StatusCode.PublishBadName, refusal, SessionEndReason.Unauthorized);
                return;
            }

            session.Key = renamed;
            dialogue.Stream = renamed;
        }

        // An encoder says what it sends only after this, in its metadata.
        _lease = dialogue.Services.Streams.TryPublish(session.Key, ExpectedTracks.AudioAndVideo, this, out refusal);
        if (_lease is null)
        {
            string code = refusal == StreamRegistry.NameInUse ? StatusCode.PublishBadName : StatusCode.PublishDenied;
            Refuse(code, refusal ?? StreamRegistry.NameInUse, SessionEndReason.StreamBusy);
            return;
        }

        session.LeaseNumber = _lease.Number;
        dialogue.Session.AcceptPublish(MessageStreamId);
        dialogue.Outcome = null;
        dialogue.MarkPlaying();
        Deadline = dialogue.Now + dialogue.Services.Options.PublisherTimeout;
        _entry.Change(MediaSessionStatus.Publishing);
    }

    private void Refuse(string code, string words, SessionEndReason outcome)
    {
        dialogue.Session.RejectPublish(MessageStreamId, code, words);
        IsOver = true;
        _entry?.End(MediaSessionStatus.Failed, words);
        dialogue.CloseAfterLastWords(outcome);
    }

    private void Conclude(StreamEndReason reason, MediaSessionStatus status, string information)
    {
        if (IsOver)
        {
            return;
        }

        (IsOver, Deadline) = (true, TimeSpan.MaxValue);
        _lease?.End(reason);
        _entry?.End(status, information);
    }
}
