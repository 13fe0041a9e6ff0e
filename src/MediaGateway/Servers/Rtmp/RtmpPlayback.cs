using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// One stream that a client plays, from its play command on: asked for, perhaps waited for, played, ended. The connection's receive loop
/// owns it; others only leave notices.
/// </summary>
internal sealed class RtmpPlayback(RtmpDialogue dialogue, RtmpEvent.PlayRequested request) : IRtmpPlayback
{
    private readonly RtmpStreamChange _change = new(dialogue, request.MessageStreamId);
    private SessionEntry? _entry;
    private RtmpQuality? _quality;
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private bool _hasStreamEnded;
    private ViewerVariant _variant = ViewerVariant.Plain;
    private LiveStream? _stream;
    private IDisposable? _wait;
    private TimeSpan _ownPatienceEnd;
    private State _state = State.Asking;

    // Left by others, taken by the loop after it was woken.
    private volatile LiveStream? _arrived;
    private volatile string? _givenUp;
    private volatile LiveStream? _ended;
    private volatile LevelWish? _levelWanted;
    private volatile UnplayableStream? _unplayable;
    private volatile bool _hasLostFrames;
    private RtmpDialogue.EndRequest? _endRequest;

    private enum State
    {
        Asking,
        Waiting,
        Playing,
        Over,
    }

    /// <summary>Whether it has ended or was refused.</summary>
    public bool IsOver => _state == State.Over;

    /// <summary>When to be called at the latest.</summary>
    public TimeSpan Deadline
    {
        get
        {
            TimeSpan deadline = _change.Deadline < _deadline ? _change.Deadline : _deadline;
            return _state == State.Playing && _quality is { } quality && quality.NextRefresh < deadline ? quality.NextRefresh : deadline;
        }
    }

    /// <summary>Any thread: a stream that is played has ended.</summary>
    public void NoteEnded(LiveStream stream) => _ended = stream;

    /// <summary>Any thread: the player has got the first frame of another stream.</summary>
    public void NoteChanged(LiveStream stream) => _change.NoteChanged(stream);

    /// <summary>Any thread: the player cannot go over to another stream.</summary>
    public void NoteChangeFailed(LiveStream stream) => _change.NoteFailed(stream);

    /// <summary>Any thread: another level fits the player's network better.</summary>
    public void NoteLevelWanted(LevelWish wish) => _levelWanted = wish;

    /// <summary>Any thread: a stream has pictures that the player has not announced.</summary>
    public void NoteUnplayable(LiveStream stream, CodecId codec) => _unplayable = new UnplayableStream(stream, codec);

    /// <summary>Any thread: the player was too slow for all of the stream.</summary>
    public void NoteFramesLost() => _hasLostFrames = true;

    /// <summary>Goes on after the play command: looks at the request, then asks whether it is allowed.</summary>
    public void Begin()
    {
        if (!StreamKey.TryCreate(request.Url.Application, request.Url.StreamName, out StreamKey key, out string? refusal))
        {
            Refuse(StatusCode.PlayStreamNotFound, refusal, SessionEndReason.StreamNotFound);
            return;
        }

        dialogue.Stream = key;
        RtmpServices services = dialogue.Services;
        if (!services.Options.PlaybackEnabled || !services.Applications.Value.Of(key.Application).PlaybackEnabled)
        {
            Refuse(StatusCode.PlayFailed, "Playing over RTMP is turned off on this server.", SessionEndReason.Unauthorized);
            return;
        }

        // A gateway that pulls the stream converts for its own viewers.
        bool isRelay = dialogue.Connection?.RelayPath is not null;
        string? applicationCodec = isRelay ? null : services.Applications.Value.Of(key.Application).AudioCodec;
        if (!ViewerWishes.TryRead(request.Url, dialogue.Request.Capabilities, applicationCodec, out ViewerVariant? variant, out refusal))
        {
            Refuse(StatusCode.PlayFailed, refusal, SessionEndReason.Unauthorized);
            return;
        }

        _variant = variant;
        MediaSession session = dialogue.DescribePlaying(
            key, request.Url, end => Interlocked.CompareExchange(ref _endRequest, end, null));
        _entry = new SessionEntry(services.Sessions, session);
        dialogue.Ask(token => services.Access.PlayAsync(session, token), Answer);
    }

    /// <summary>The client may not even connect.</summary>
    public void RefuseConnection(string reason) => Refuse(StatusCode.PlayFailed, reason, SessionEndReason.Unauthorized);

    /// <summary>Takes what others have left, and the time.</summary>
    public void TakeNotices()
    {
        if (_state == State.Waiting)
        {
            TakeWaiting();
        }

        if (_state == State.Playing && dialogue.Now >= _deadline)
        {
            Finish(SessionWords.PlayedAsLongAsAsked);
        }

        TakeChanges();

        if (Interlocked.Exchange(ref _unplayable, null) is { } unplayable && IsPlaying(unplayable.Stream))
        {
            Fail(
                StatusCode.PlayFailed,
                $"The stream sends {NameOf(unplayable.Codec)}, which this player has not announced.",
                SessionWords.NoCommonCodecs,
                SessionEndReason.Completed);
        }

        if (_hasLostFrames)
        {
            _hasLostFrames = false;
            TellLoss();
        }

        if (Interlocked.Exchange(ref _endRequest, null) is { } end)
        {
            End(end.Reason, end.Words);
        }
    }

    /// <summary>The player pauses, or turns tracks on and off.</summary>
    public void Take(RtmpEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case RtmpEvent.TransitionRequested transition:
                Change(transition);
                break;
            case RtmpEvent.PauseChanged change when IsAbout(change.MessageStreamId):
                Post(change.IsPaused ? ViewerCommandKind.Pause : ViewerCommandKind.Resume);
                _entry!.Change(change.IsPaused ? MediaSessionStatus.Paused : MediaSessionStatus.Playing); // Made before it was let in.
                break;
            case RtmpEvent.ReceiveAudioChanged change when IsAbout(change.MessageStreamId):
                Post(change.IsWanted ? ViewerCommandKind.AudioOn : ViewerCommandKind.AudioOff);
                break;
            case RtmpEvent.ReceiveVideoChanged change when IsAbout(change.MessageStreamId):
                Post(change.IsWanted ? ViewerCommandKind.VideoOn : ViewerCommandKind.VideoOff);
                break;
            default:
                break;
        }
    }

    /// <summary>The client plays no longer on that message stream.</summary>
    public void Close(uint messageStreamId)
    {
        if (messageStreamId == request.MessageStreamId && !IsOver)
        {
            Post(ViewerCommandKind.StopMedia);
            dialogue.Outcome = SessionEndReason.Completed;
            Conclude(MediaSessionStatus.Stopped, SessionWords.StoppedByUser);
        }
    }

    /// <summary>Somebody wants it to end: the player is told that the stream has ended. The connection stays.</summary>
    public void End(SessionEndReason reason, string words)
    {
        if (_state is State.Playing or State.Waiting)
        {
            Finish(words);
            dialogue.Outcome = reason;
        }
    }

    /// <summary>The gateway is shutting down: what is due is sent; the session tells the player.</summary>
    public void EndBeforeShutdown()
    {
        if (!IsOver)
        {
            Post(ViewerCommandKind.FinishMedia);
            Conclude(MediaSessionStatus.Stopped, "The server is going down.");
        }
    }

    /// <summary>The connection has ended.</summary>
    public void Abandon(SessionEndReason reason)
    {
        (MediaSessionStatus status, string words) = SessionWords.OfAbandoned(reason);
        Conclude(status, words);
    }

    private static string NameOf(CodecId codec) => codec switch
    {
        CodecId.H264 => "H.264",
        CodecId.SorensonSpark => "Sorenson Spark",
        CodecId.ScreenVideo or CodecId.ScreenVideo2 => "Screen video",
        _ => codec.ToString().ToUpperInvariant(),
    };

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private bool IsAbout(uint messageStreamId) => messageStreamId == request.MessageStreamId && _state is State.Playing or State.Waiting;

    private bool IsPlaying(LiveStream stream) => _state == State.Playing && ReferenceEquals(stream, _stream);

    private void Post(ViewerCommandKind kind) => dialogue.Outbox.Post(new ViewerCommand(kind));

    private void Answer(AccessVerdict verdict)
    {
        MediaSession session = _entry!.Session; // Made before anybody was asked about it.
        if (!verdict.IsAllowed)
        {
            Refuse(StatusCode.PlayFailed, verdict.Reason ?? "You may not play this stream.", verdict.MayRetry ? SessionEndReason.StreamBusy : SessionEndReason.Unauthorized);
            return;
        }

        if (verdict.StreamName is { } name)
        {
            if (!StreamKey.TryCreate(session.Key.Application, name, out StreamKey renamed, out string? refusal))
            {
                Refuse(StatusCode.PlayFailed, refusal, SessionEndReason.StreamNotFound);
                return;
            }

            session.Key = renamed;
            dialogue.Stream = renamed;
        }

        _quality = RtmpQuality.Read(request.Url, dialogue.Services.Ladder, session.Key);
        if (_quality is not null)
        {
            if (!_quality.TryBegin(dialogue.Services.Streams, out StreamKey level, out string? refusal))
            {
                Refuse(StatusCode.PlayStreamNotFound, refusal, SessionEndReason.StreamNotFound, SessionWords.StreamNotFound);
                return;
            }

            session.Key = level;
            dialogue.Stream = level;
        }

        StreamSearch search = dialogue.Services.Finder.Find(new StreamQuery(session.Key, dialogue.Connection!.RelayPath)); // As above.
        TimeSpan patience = Longer(search.Patience, dialogue.Services.Options.WaitForPublisher);
        if (search.Stream is { } stream)
        {
            dialogue.Session.AcceptPlay(request.MessageStreamId);
            Start(stream);
        }
        else if (search.Refusal is { } refused)
        {
            Refuse(StatusCode.PlayFailed, refused, SessionEndReason.StreamNotFound);
        }
        else if (patience > TimeSpan.Zero)
        {
            Wait(session.Key, patience);
        }
        else
        {
            Refuse(StatusCode.PlayStreamNotFound, "There is no such stream.", SessionEndReason.StreamNotFound, SessionWords.StreamNotFound);
        }
    }

    private void Start(LiveStream stream)
    {
        (_stream, _state) = (stream, State.Playing);

        // RTMP 1.0, 7.2.2.1: a positive duration ends the playing of a live stream too; rtmpdump's --stop counts on it.
        _deadline = request.DurationMilliseconds is > 0 and var duration ? dialogue.Now + TimeSpan.FromMilliseconds(duration) : TimeSpan.MaxValue;
        dialogue.Outcome = null;
        dialogue.MarkPlaying();
        _entry!.Change(MediaSessionStatus.Playing); // Made before it was let in.
        dialogue.Outbox.Post(new ViewerCommand(
            ViewerCommandKind.StartMedia, Stream: stream, MessageStreamId: request.MessageStreamId, Variant: _variant));
        RefreshLevels();
    }

    private void Change(RtmpEvent.TransitionRequested transition)
    {
        if (_state != State.Playing || !IsAbout(transition.Play.MessageStreamId))
        {
            dialogue.Session.Transitions.Reject(transition.Play.MessageStreamId, StatusCode.PlayFailed, "Nothing is being played yet.");
            return;
        }

        if (_quality is not null)
        {
            // From now on the player chooses.
            _quality = null;
            Post(ViewerCommandKind.FollowLevels);
        }

        _change.Request(transition, _entry!.Session); // Made before it was let in.
    }

    /// <summary>
    /// Takes what was told about streams. The end is taken before the change, and looked at after it: the end of a stream that the player
    /// went over to is told after the change to it.
    /// </summary>
    private void TakeChanges()
    {
        LiveStream? ended = Interlocked.Exchange(ref _ended, null);
        if (_change.TakeNotices() is { } changed && _state == State.Playing)
        {
            (_stream, _hasStreamEnded) = (changed, false);
            _entry!.Session.Key = changed.Key; // Made before it was let in.
            dialogue.Stream = changed.Key;
        }

        _hasStreamEnded |= ended is not null && IsPlaying(ended);
        if (_hasStreamEnded && _state == State.Playing && !_change.IsUnderWay && !GoOnWithAnotherLevel())
        {
            Finish(SessionWords.StoppedByPublisher);
        }

        if (Interlocked.Exchange(ref _levelWanted, null) is { } wish && _quality is { } quality && _state == State.Playing
            && !_change.Follow(wish.Key, _variant, wish.IsUrgent))
        {
            quality.NoteUnavailable(wish.Key, dialogue.Now);
            RefreshLevels();
        }

        if (_state == State.Playing && _quality is not null && dialogue.Now >= _quality.NextRefresh)
        {
            RefreshLevels();
        }
    }

    private bool GoOnWithAnotherLevel() =>
        _quality is { } quality && _stream is { } stream
        && quality.Substitute(dialogue.Services.Streams, stream.Key) is { } substitute
        && _change.Follow(substitute, _variant, isUrgent: true);

    private void RefreshLevels()
    {
        if (_quality is { IsAutomatic: true } quality && quality.Refresh(dialogue.Now) is { } levels)
        {
            dialogue.Outbox.Post(new ViewerCommand(ViewerCommandKind.FollowLevels, Levels: levels));
        }
    }

    private void Wait(StreamKey key, TimeSpan patience)
    {
        _wait = dialogue.Services.Streams.WaitFor(key, stream =>
        {
            _arrived = stream;
            dialogue.Wake();
        }, words =>
        {
            _givenUp = words;
            dialogue.Wake();
        });
        if (_wait is null)
        {
            Refuse(
                StatusCode.PlayStreamNotFound,
                "There is no such stream, and too many wait for others.",
                SessionEndReason.StreamNotFound,
                SessionWords.StreamNotFound);
            return;
        }

        _state = State.Waiting;
        _deadline = dialogue.Now + patience;
        _ownPatienceEnd = dialogue.Now + dialogue.Services.Options.WaitForPublisher;
        dialogue.Session.AcceptPlay(request.MessageStreamId);
        dialogue.MarkPlaying();
        _entry!.Change(MediaSessionStatus.Pending); // Made before it was let in.
        TakeWaiting();
    }

    private void TakeWaiting()
    {
        _deadline = _givenUp is null ? _deadline : _ownPatienceEnd;
        if (Interlocked.Exchange(ref _arrived, null) is { } stream)
        {
            dialogue.Session.NotifyPublish(request.MessageStreamId);
            EndWait();
            Start(stream);
        }
        else if (dialogue.Now >= _deadline)
        {
            Fail(StatusCode.PlayStreamNotFound, _givenUp ?? "There is no such stream.", SessionWords.StreamNotFound, SessionEndReason.StreamNotFound);
        }
    }

    private void EndWait()
    {
        _wait?.Dispose();
        _wait = null;
    }

    private void TellLoss()
    {
        if (_state == State.Playing)
        {
            dialogue.Session.NotifyInsufficientBandwidth(request.MessageStreamId);
        }
    }

    /// <summary>The media that is due goes out, then the player is told the end; it is left to close the connection.</summary>
    private void Finish(string information)
    {
        Post(ViewerCommandKind.FinishMedia);
        dialogue.Session.EndPlay(request.MessageStreamId);
        dialogue.Outcome = SessionEndReason.Completed;
        Conclude(MediaSessionStatus.Stopped, information);
    }

    private void Fail(string code, string words, string information, SessionEndReason outcome)
    {
        Post(ViewerCommandKind.StopMedia);
        dialogue.Session.FailPlay(request.MessageStreamId, code, words);
        Conclude(MediaSessionStatus.Failed, information);
        dialogue.CloseAfterLastWords(outcome);
    }

    private void Refuse(string code, string words, SessionEndReason outcome, string? information = null)
    {
        dialogue.Session.RejectPlay(request.MessageStreamId, code, words);
        Conclude(MediaSessionStatus.Failed, information ?? words);
        dialogue.CloseAfterLastWords(outcome);
    }

    private void Conclude(MediaSessionStatus status, string information)
    {
        EndWait();
        _change.Stop();
        (_state, _deadline, _stream, _quality) = (State.Over, TimeSpan.MaxValue, null, null);
        _entry?.End(status, information);
    }

    private sealed record UnplayableStream(LiveStream Stream, CodecId Codec);
}
