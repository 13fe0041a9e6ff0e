using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// One file that a client plays, from its play command on: asked for, opened, played, paused, sought in, ended. After its end the player may go
/// back in it for a while. The connection's receive loop owns it; others only leave notices.
/// </summary>
internal sealed class RtmpFilePlayback(RtmpDialogue dialogue, RtmpEvent.PlayRequested request) : IRtmpPlayback
{
    /// <summary>After the end the player still shows what it has buffered, and its user may seek back.</summary>
    private static readonly TimeSpan EndedTime = TimeSpan.FromMinutes(1);

    private readonly RtmpFileServices _files = dialogue.Services.Files;
    private readonly RtmpFileChange _change = new(dialogue, request.MessageStreamId);
    private SessionEntry? _entry;
    private Task<VodOpening>? _opening;
    private VodFile? _file;
    private FileReader? _reader;
    private VodPacer? _pacer;
    private TimeSpan _buffer = dialogue.BufferLength ?? dialogue.Services.Files.Options.BufferLength;
    private long _sentBefore;
    private bool _isPaused;
    private bool _isAudioUnwanted;
    private bool _isVideoUnwanted;
    private State _state = State.Asking;

    // Left by others, taken by the loop after it was woken.
    private volatile Ending? _ending;
    private RtmpDialogue.EndRequest? _endRequest;

    private enum State
    {
        Asking,
        Opening,
        Playing,
        Ended,
        Over,
    }

    /// <inheritdoc/>
    public bool IsOver => _state == State.Over;

    /// <inheritdoc/>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    private uint MessageStreamId => request.MessageStreamId;

    /// <inheritdoc/>
    public void Begin()
    {
        RtmpServices services = dialogue.Services;
        string application = request.Url.Application;
        string text = RtmpFileServices.NameOf(request.Url);
        string? refusal = null;
        if (!VodName.TryParse(text, out VodName? name, out _) || !StreamKey.TryCreateFile(application, name.Path, out StreamKey key, out refusal))
        {
            Refuse(StatusCode.PlayStreamNotFound, refusal ?? VodOpening.Missing.Refusal!, SessionEndReason.StreamNotFound); // Missing says why.
            return;
        }

        dialogue.Stream = key;
        ApplicationOptions settings = services.Applications.Value.Of(application);
        if (!services.Options.PlaybackEnabled || !settings.PlaybackEnabled)
        {
            Refuse(StatusCode.PlayFailed, "Playing over RTMP is turned off on this server.", SessionEndReason.Unauthorized);
            return;
        }

        MediaSession session = dialogue.DescribePlaying(
            key, request.Url, end => Interlocked.CompareExchange(ref _endRequest, end, null));
        _entry = new SessionEntry(services.Sessions, session);
        dialogue.Ask(token => services.Access.PlayAsync(session, token), verdict => Answer(verdict, name));
    }

    /// <inheritdoc/>
    public void RefuseConnection(string reason) => Refuse(StatusCode.PlayFailed, reason, SessionEndReason.Unauthorized);

    /// <inheritdoc/>
    public void TakeNotices()
    {
        if (_state == State.Opening && _opening is { IsCompleted: true } opening)
        {
            TakeOpening(opening);
        }

        Adopt(_change.TakeNotices(_state == State.Playing ? _reader : null));

        // While it is paused the end waits: what is unsent of the file goes out after the pause.
        if (_state == State.Playing && !_isPaused && _ending is { } ending && ReferenceEquals(ending.Reader, _reader))
        {
            _ending = null;
            TakeEnding(ending);
        }

        if (_state == State.Ended && dialogue.Now >= Deadline)
        {
            dialogue.Session.EndPlay(MessageStreamId);
            Conclude(MediaSessionStatus.Stopped, "Played to its end");
        }

        if (Interlocked.Exchange(ref _endRequest, null) is { } end)
        {
            End(end.Reason, end.Words);
        }
    }

    /// <inheritdoc/>
    public void Take(RtmpEvent sessionEvent)
    {
        switch (sessionEvent)
        {
            case RtmpEvent.BufferLengthSet set:
                SetBuffer(TimeSpan.FromMilliseconds(set.Milliseconds));
                break;
            case RtmpEvent.PauseChanged change when IsAbout(change.MessageStreamId):
                Pause(change.IsPaused);
                break;
            case RtmpEvent.SeekRequested seek when IsAbout(seek.MessageStreamId):
                Seek(TimeSpan.FromMilliseconds(seek.Milliseconds));
                break;
            case RtmpEvent.ReceiveAudioChanged change when change.MessageStreamId == MessageStreamId:
                _isAudioUnwanted = !change.IsWanted;
                Tune();
                break;
            case RtmpEvent.ReceiveVideoChanged change when change.MessageStreamId == MessageStreamId:
                _isVideoUnwanted = !change.IsWanted;
                Tune();
                break;
            case RtmpEvent.TransitionRequested change when _state == State.Playing && IsAbout(change.Play.MessageStreamId):
                _change.Request(change, _entry!.Session); // Made before it was let in.
                break;
            case RtmpEvent.TransitionRequested change:
                dialogue.Session.Transitions.Reject(
                    change.Play.MessageStreamId, StatusCode.PlayFailed, "Nothing is being played.");
                break;
            default:
                break;
        }
    }

    /// <inheritdoc/>
    public void Close(uint messageStreamId)
    {
        if (messageStreamId == MessageStreamId && !IsOver)
        {
            Stop();
            dialogue.Outcome = SessionEndReason.Completed;
            Conclude(MediaSessionStatus.Stopped, SessionWords.StoppedByUser);
        }
    }

    /// <inheritdoc/>
    public void End(SessionEndReason reason, string words)
    {
        if (_state is State.Playing or State.Ended)
        {
            Stop();
            dialogue.Session.EndPlay(MessageStreamId);
            dialogue.Outcome = reason;
            Conclude(MediaSessionStatus.Stopped, words);
        }
    }

    /// <inheritdoc/>
    public void EndBeforeShutdown()
    {
        if (!IsOver)
        {
            Stop();
            Conclude(MediaSessionStatus.Stopped, "The server is going down.");
        }
    }

    /// <inheritdoc/>
    public void Abandon(SessionEndReason reason)
    {
        (MediaSessionStatus status, string words) = SessionWords.OfAbandoned(reason);
        Conclude(status, words);
    }

    private bool IsAbout(uint messageStreamId) => messageStreamId == MessageStreamId && _state is State.Playing or State.Ended;

    private void Answer(AccessVerdict verdict, VodName name)
    {
        MediaSession session = _entry!.Session; // Made before anybody was asked about it.
        if (!verdict.IsAllowed)
        {
            Refuse(StatusCode.PlayFailed, verdict.Reason ?? "You may not play this file.", verdict.MayRetry ? SessionEndReason.StreamBusy : SessionEndReason.Unauthorized);
            return;
        }

        if (verdict.StreamName is { } other)
        {
            if (!VodName.TryParse(other, out VodName? renamed, out _)
                || !StreamKey.TryCreateFile(session.Key.Application, renamed.Path, out StreamKey key, out _))
            {
                Refuse(StatusCode.PlayStreamNotFound, VodOpening.Missing.Refusal!, SessionEndReason.StreamNotFound); // Missing says why.
                return;
            }

            (name, session.Key, dialogue.Stream) = (renamed, key, key);
        }

        // RTMP 1.0, 7.2.2.1: who asks for a live stream only gets no file.
        if (request.Start == RtmpPlayStart.Live)
        {
            Refuse(StatusCode.PlayStreamNotFound, "There is no such live stream.", SessionEndReason.StreamNotFound);
            return;
        }

        _state = State.Opening;
        _opening = _files.Catalog.OpenAsync(session.Key.Application, name);
        _opening.GetAwaiter().UnsafeOnCompleted(dialogue.Wake);
    }

    private void TakeOpening(Task<VodOpening> opening)
    {
        _opening = null;
        if (!opening.IsCompletedSuccessfully || opening.Result.File is not { } file)
        {
            bool isMissing = opening.IsCompletedSuccessfully && opening.Result.IsMissing;
            string words = opening.IsCompletedSuccessfully ? opening.Result.Refusal ?? "" : "The file cannot be opened.";
            string code = isMissing ? StatusCode.PlayStreamNotFound : StatusCode.PlayFailed;
            Refuse(code, words, SessionEndReason.StreamNotFound, isMissing ? SessionWords.StreamNotFound : words);
            return;
        }

        _file = file;
        if (FilePlan.FormatsAt(file.Index, 0, dialogue.Request.Capabilities).Count == 0)
        {
            Refuse(
                StatusCode.PlayFailed,
                $"The file holds {string.Join(" and ", file.Index.Tracks.Select(track => track.Format.Codec))}, which this player has not announced.",
                SessionEndReason.Completed,
                SessionWords.NoCommonCodecs);
            return;
        }

        _state = State.Playing;
        dialogue.Outcome = null;
        dialogue.MarkPlaying();
        dialogue.Session.AcceptPlay(MessageStreamId, isRecorded: true);
        (_isAudioUnwanted, _isVideoUnwanted) = dialogue.Session.Recordings.UnwantedOf(MessageStreamId);
        _entry!.Change(MediaSessionStatus.Playing); // Made before it was let in.
        Read(TimeSpan.FromMilliseconds(request.StartMilliseconds));
    }

    /// <summary>Starts to read at the keyframe at or before a time.</summary>
    private void Read(TimeSpan time)
    {
        MediaFile index = _file!.Index; // There is a file while it plays.
        int start = index.FindStart(time);
        TimeSpan end = request.DurationMilliseconds switch
        {
            null => TimeSpan.MaxValue,
            0 => FilePlan.EndOfFrame(index, start), // RTMP 1.0, 7.2.2.1: one single frame.
            { } duration => TimeSpan.FromMilliseconds(request.StartMilliseconds + duration),
        };
        RtmpPeerCapabilities capabilities = dialogue.Request.Capabilities;
        var plan = new FilePlan(
            start, end, FilePlan.FormatsAt(index, start, capabilities), capabilities, MessageStreamId, dialogue.Session.ChunkSize);
        _pacer = new VodPacer(Bounded(_buffer));
        if (_isPaused)
        {
            _pacer.Pause(dialogue.Now);
        }

        _reader = new FileReader(_file, plan, _pacer, _files.Buffers, (reader, failure) =>
        {
            _ending = new Ending(reader, failure);
            dialogue.Wake();
        });
        Tune();

        // In a pause the reader is what waits: the one picture that it reads is to be sent.
        dialogue.Outbox.Post(new ViewerCommand(ViewerCommandKind.StartFile, File: _reader.Queue));
        _files.Pump.Add(_reader);
    }

    /// <summary>Another file plays from now on.</summary>
    private void Adopt((VodFile File, StreamKey Key)? other)
    {
        if (other is not { } now)
        {
            return;
        }

        _file?.Dispose();
        _file = now.File;
        _entry!.Session.Key = now.Key; // Made before it was let in.
        dialogue.Stream = now.Key;
    }

    private void Seek(TimeSpan time)
    {
        Adopt(_change.TakeOver());
        if (time > _file!.Index.Duration + TimeSpan.FromSeconds(1) && !_file.IsGrowing) // There is a file while it plays.
        {
            dialogue.Session.Recordings.RejectSeek(MessageStreamId, "The file is not that long.");
            return;
        }

        Stop();
        (_state, Deadline, _ending) = (State.Playing, TimeSpan.MaxValue, null);
        dialogue.Session.Recordings.AcceptSeek(MessageStreamId);
        Read(time);
    }

    private void Pause(bool isPaused)
    {
        _isPaused = isPaused;
        if (_state == State.Playing)
        {
            if (isPaused)
            {
                _pacer!.Pause(dialogue.Now); // Made when playing began.
            }
            else
            {
                _pacer!.Resume(dialogue.Now); // As above.
            }

            dialogue.Outbox.Post(new ViewerCommand(isPaused ? ViewerCommandKind.Pause : ViewerCommandKind.Resume));
            _reader!.Wake(); // As above.
            _entry!.Change(isPaused ? MediaSessionStatus.Paused : MediaSessionStatus.Playing); // Made before it was let in.
        }
    }

    private void SetBuffer(TimeSpan length)
    {
        _buffer = length;
        if (_pacer is { } pacer)
        {
            pacer.Ahead = Bounded(length);
            _reader?.Wake();
        }
    }

    // A player that buffers next to nothing would stall at every unevenness of the network.
    private TimeSpan Bounded(TimeSpan length)
    {
        TimeSpan least = RtmpFileServices.LeastBuffer;
        TimeSpan most = _files.Options.MaximumBufferLength;
        return length < least ? least : length > most ? most : length;
    }

    private void Tune()
    {
        if (_reader is { } reader)
        {
            (reader.WantsAudio, reader.WantsVideo) = (!_isAudioUnwanted, !_isVideoUnwanted);
        }
    }

    private void TakeEnding(Ending ending)
    {
        if (ending.Failure is { } words)
        {
            Stop();
            dialogue.Session.FailPlay(MessageStreamId, StatusCode.PlayFailed, words);
            Conclude(MediaSessionStatus.Failed, words);
            dialogue.CloseAfterLastWords(SessionEndReason.Completed);
            return;
        }

        dialogue.Outbox.Post(new ViewerCommand(ViewerCommandKind.FinishMedia));
        dialogue.Outcome = SessionEndReason.Completed;
        double bytes = _sentBefore + _reader!.Queue.AddedBytes; // It is its ending: what waits is sent before the words.
        bool hasNext = dialogue.Session.Recordings.Complete(MessageStreamId, _file!.Index.Duration.TotalSeconds, bytes); // As above.
        if (hasNext)
        {
            Conclude(MediaSessionStatus.Stopped, "Played to its end");
            return;
        }

        (_state, Deadline) = (State.Ended, dialogue.Now + EndedTime);
    }

    private void Stop()
    {
        _sentBefore += _reader?.Queue.SentBytes ?? 0;
        _reader = null;
        dialogue.Outbox.Post(new ViewerCommand(ViewerCommandKind.StopMedia));
    }

    private void Refuse(string code, string words, SessionEndReason outcome, string? information = null)
    {
        dialogue.Session.RejectPlay(MessageStreamId, code, words);
        Conclude(MediaSessionStatus.Failed, information ?? words);
        dialogue.CloseAfterLastWords(outcome);
    }

    private void Conclude(MediaSessionStatus status, string information)
    {
        (_state, Deadline, _reader, _pacer) = (State.Over, TimeSpan.MaxValue, null, null);
        _change.Stop();
        _entry?.End(status, information);
        _file?.Dispose();
        _file = null;
        if (Interlocked.Exchange(ref _opening, null) is { } opening)
        {
            _ = opening.ContinueWith(
                static done => done.Result.File?.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>How a reader has ended.</summary>
    private sealed record Ending(FileReader Reader, string? Failure);
}
