using MediaGateway.Media.Amf;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// The message streams of one connection and the commands that concern them (RTMP 1.0, 7.2.2): createStream to deleteStream, and all
/// about playing but <c>play2</c>, which is <see cref="RtmpTransitions"/>; publishing is <see cref="PublishCommands"/>. Owned by the session; writes replies and events.
/// </summary>
internal sealed class NetStreamTable(int maximumStreams, ReplyWriter writer, Queue<RtmpEvent> events)
{
    // The message stream with id n stands at n - 1. Nearly every peer has one.
    private NetStream?[] _streams = new NetStream?[1];
    private NetStream? _requested;
    private bool _isIdleUndated;

    /// <summary>The application of the connection, which every play and publish request repeats.</summary>
    public RtmpUrlPart App { get; set; } = RtmpUrlPart.Empty;

    /// <summary>
    /// Since when no stream plays or publishes or asks to; null while one does. The owner's commands bring no time with them: what they make idle is
    /// idle since the next <see cref="Observe"/>.
    /// </summary>
    public TimeSpan? IdleSince { get; private set; }

    /// <summary>Whether a play or publish request waits for the owner's answer.</summary>
    public bool IsAnswerAwaited => _requested is not null;

    /// <summary>Whether the peer may be silent for long: paused, or playing a recording, which some players pause by not reading.</summary>
    public bool MayBeSilent => Array.Exists(_streams, stream => stream is { State: NetStreamState.Paused } or { IsPlaying: true, IsRecorded: true });

    /// <summary>Time has passed to <paramref name="now"/>.</summary>
    public void Observe(TimeSpan now)
    {
        if (_isIdleUndated && IdleSince is not null)
        {
            IdleSince = now;
        }

        _isIdleUndated = false;
    }

    /// <summary>The streams that there are.</summary>
    public IEnumerable<NetStream> All => _streams.OfType<NetStream>();

    /// <summary>The stream that publishes, when there is exactly one.</summary>
    public NetStream? OnlyPublishing
    {
        get
        {
            NetStream? only = null;
            foreach (NetStream? stream in _streams)
            {
                if (stream is not { IsPublishing: true })
                {
                    continue;
                }

                if (only is not null)
                {
                    return null;
                }

                only = stream;
            }

            return only;
        }
    }

    /// <summary>The connection was accepted: nothing plays yet.</summary>
    public void Start(TimeSpan now) => NoteIdle(now);

    /// <summary>
    /// What reads the media of this message stream; null unless it publishes. Some encoders send data, and a few all they have, on message
    /// stream 0: it is meant for the one stream that they publish.
    /// </summary>
    public RtmpMediaReader? ReaderOf(uint messageStreamId) => (messageStreamId == 0 ? OnlyPublishing : Find(messageStreamId))?.Reader;

    /// <summary>The stream with this id; null when there is none.</summary>
    public NetStream? Find(uint messageStreamId) =>
        messageStreamId >= 1 && messageStreamId <= _streams.Length ? _streams[messageStreamId - 1] : null;

    /// <summary>Puts a request on a stream before the owner; input halts until it is answered.</summary>
    public void AskOwner(NetStream stream, NetStreamState requested, RtmpEvent request)
    {
        stream.State = requested;
        _requested = stream;
        IdleSince = null;
        events.Enqueue(request);
    }

    /// <summary>Puts a play request before the owner.</summary>
    public void AskToPlay(NetStream stream, string name, RtmpEvent.PlayRequested request)
    {
        (stream.PlayedName, stream.NameBefore) = (name, null);
        AskOwner(stream, NetStreamState.PlayRequested, request);
    }

    /// <summary>Puts a stream at the end of the list; it is played at once where nothing plays, or what played has come to its end.</summary>
    public void Append(NetStream stream, PlayList.Item item, bool starts, TimeSpan now)
    {
        if (!stream.PlayList.TryAdd(item))
        {
            string words = $"No more than {PlayList.MaximumItems} streams can be queued.";
            writer.WriteStatus(stream.MessageStreamId, "error", StatusCode.PlayFailed, words);
            return;
        }

        if (starts && stream.IsComplete)
        {
            Stop(stream, now);
        }

        if (starts && stream.State == NetStreamState.Idle)
        {
            stream.IsResetWanted = false;
            PlayNext(stream);
        }
    }

    /// <summary>Puts the next stream of the list before the owner; false when the list is empty, or the owner has yet to answer another request.</summary>
    public bool PlayNext(NetStream stream)
    {
        if (_requested is not null || !stream.PlayList.TryTake(out PlayList.Item? next))
        {
            return false;
        }

        AskToPlay(stream, next.Name, next.Request);
        return true;
    }

    /// <summary>Puts a transition before the owner; input halts until it is answered, what plays goes on.</summary>
    public void AskTransition(NetStream stream, RtmpEvent.TransitionRequested request)
    {
        stream.IsTransitionRequested = true;
        _requested = stream;
        events.Enqueue(request);
    }

    /// <summary>The stream whose transition is answered now, which may have ended meanwhile; null when none was asked for.</summary>
    public NetStream? TakeTransition(uint messageStreamId)
    {
        NetStream? stream = _requested;
        if (stream is not { IsTransitionRequested: true } || stream.MessageStreamId != messageStreamId)
        {
            return null;
        }

        _requested = null;
        return stream;
    }

    /// <summary>The stream whose request is answered now.</summary>
    /// <exception cref="InvalidOperationException">There is no such request.</exception>
    public NetStream TakeRequested(uint messageStreamId, NetStreamState requested)
    {
        NetStream? stream = _requested;
        if (stream is null || stream.MessageStreamId != messageStreamId || stream.State != requested)
        {
            throw new InvalidOperationException($"There is no request to answer on message stream {messageStreamId}.");
        }

        _requested = null;
        return stream;
    }

    /// <summary>Ends what a stream does without a word to the peer, and tells the owner; false when it did nothing.</summary>
    public bool Stop(NetStream? stream, TimeSpan now)
    {
        if (stream is not ({ IsPlaying: true } or { IsPublishing: true }))
        {
            return false;
        }

        Rest(stream, now);
        events.Enqueue(new RtmpEvent.StreamClosed(stream.MessageStreamId));
        return true;
    }

    /// <summary>A stream does nothing from now on.</summary>
    public void Rest(NetStream stream, TimeSpan now)
    {
        stream.State = NetStreamState.Idle;
        (stream.IsRecorded, stream.IsComplete) = (false, false);
        stream.Reader = null;
        NoteIdle(now);
    }

    /// <summary>Carries out a command on a message stream; false when it is none.</summary>
    public bool TryHandle(Command command, uint messageStreamId, TimeSpan now)
    {
        switch (command.Name)
        {
            case "createStream":
                Create(command.TransactionId);
                break;
            case "deleteStream":
                Delete(command.Argument(0)?.AsNumber, now);
                break;
            case "closeStream":
                Close(Find(messageStreamId), now);
                break;
            case "play":
                Play(command, messageStreamId, now);
                break;
            case "pause" or "pauseRaw":
                Pause(command, Find(messageStreamId));
                break;
            case "seek":
                Seek(Find(messageStreamId));
                break;
            case "receiveAudio" or "receiveVideo":
                Select(command, Find(messageStreamId));
                break;
            default:
                return false;
        }

        return true;
    }

    /// <summary>Answers a play request: the replies up to Play.Start.</summary>
    public void AcceptPlay(uint messageStreamId, bool isRecorded)
    {
        NetStream stream = TakeRequested(messageStreamId, NetStreamState.PlayRequested);
        (stream.State, stream.IsRecorded, stream.IsComplete) = (NetStreamState.Playing, isRecorded, false);
        if (isRecorded)
        {
            writer.WriteUserControl(UserControlEventType.StreamIsRecorded, messageStreamId);
        }

        writer.WriteUserControl(UserControlEventType.StreamBegin, messageStreamId);
        if (stream.IsResetWanted)
        {
            writer.WriteStatus(messageStreamId, "status", StatusCode.PlayReset, "Playing and resetting.");
        }

        writer.WriteStatus(messageStreamId, "status", StatusCode.PlayStart, "Started playing.");
        writer.WriteSampleAccess(messageStreamId);
        TellWhatIsUnwanted(stream);
    }

    /// <summary>Refuses a play request.</summary>
    public void RejectPlay(uint messageStreamId, string code, string description, TimeSpan now)
    {
        Rest(TakeRequested(messageStreamId, NetStreamState.PlayRequested), now);
        writer.WriteStatus(messageStreamId, "error", code, description);
    }

    /// <summary>Ends a stream that plays. FFmpeg and librtmp end on the first of the three messages, Flash players on the others.</summary>
    public void EndPlay(uint messageStreamId, TimeSpan now)
    {
        if (Find(messageStreamId) is not { IsPlaying: true } stream)
        {
            return;
        }

        Rest(stream, now);
        stream.IsResetWanted = false;
        if (PlayNext(stream))
        {
            writer.WriteUserControl(UserControlEventType.StreamEnd, messageStreamId);
            writer.WritePlayStatus(messageStreamId, StatusCode.PlaySwitch, "The next stream of the list.", stream.PlayedName);
            return;
        }

        writer.WriteStatus(messageStreamId, "status", StatusCode.PlayUnpublishNotify, "The stream has ended.");
        writer.WriteUserControl(UserControlEventType.StreamEnd, messageStreamId);
        writer.WriteStatus(messageStreamId, "status", StatusCode.PlayStop, "Stopped playing.");
    }

    /// <summary>Ends a stream that plays because it cannot go on, with the reason.</summary>
    public void FailPlay(uint messageStreamId, string code, string description, TimeSpan now)
    {
        if (Find(messageStreamId) is not { IsPlaying: true } stream)
        {
            return;
        }

        Rest(stream, now);
        stream.PlayList.Clear();
        writer.WriteStatus(messageStreamId, "error", code, description);
        writer.WriteUserControl(UserControlEventType.StreamEnd, messageStreamId);
    }

    /// <summary>Tells a player of something that happened to its stream.</summary>
    public void NotifyPlay(uint messageStreamId, string level, string code, string description)
    {
        if (Find(messageStreamId) is { IsPlaying: true })
        {
            writer.WriteStatus(messageStreamId, level, code, description);
        }
    }

    /// <summary>Ends every stream that plays.</summary>
    public void EndAll(TimeSpan now)
    {
        for (uint messageStreamId = 1; messageStreamId <= _streams.Length; messageStreamId++)
        {
            Find(messageStreamId)?.PlayList.Clear();
            EndPlay(messageStreamId, now);
        }
    }

    // The lowest free id, so that nearly every player has message stream 1 and shares its bytes with the others.
    private void Create(double transactionId)
    {
        int free = Array.IndexOf(_streams, null);
        if (free < 0 && _streams.Length < maximumStreams)
        {
            free = _streams.Length;
            Array.Resize(ref _streams, Math.Min(2 * free, maximumStreams));
        }

        if (free < 0)
        {
            writer.WriteError(transactionId, StatusCode.CallFailed, "Too many streams on one connection.");
            return;
        }

        uint messageStreamId = (uint)free + 1;
        _streams[free] = new NetStream(messageStreamId);
        writer.WriteResult(transactionId, messageStreamId);
    }

    private void Delete(double? argument, TimeSpan now)
    {
        NetStream? stream = argument is >= 1 and <= uint.MaxValue ? Find((uint)argument) : null;
        if (stream is null)
        {
            return;
        }

        Stop(stream, now);
        _streams[stream.MessageStreamId - 1] = null;
    }

    // Adobe's servers answer closeStream of a publisher; players get no answer.
    private void Close(NetStream? stream, TimeSpan now)
    {
        bool isPublishing = stream is { IsPublishing: true };
        if (Stop(stream, now) && isPublishing)
        {
            writer.WriteStatus(stream!.MessageStreamId, "status", StatusCode.UnpublishSuccess, "Stopped publishing."); // Stop was true
        }
    }

    private void Play(Command command, uint messageStreamId, TimeSpan now)
    {
        NetStream? stream = Find(messageStreamId);
        if (stream is null)
        {
            writer.WriteStatus(messageStreamId, "error", StatusCode.PlayFailed, "Play was called before createStream.");
            return;
        }

        // RTMP 1.0, 7.2.2.1: without reset it comes after what plays.
        bool isReset = IsReset(command.Argument(3));
        bool isAppended = !isReset && stream.IsPlaying && command.Argument(0) is AmfString;
        if (!isAppended)
        {
            Stop(stream, now);
            stream.PlayList.Clear();
        }

        if (command.Argument(0) is AmfBoolean { Value: false })
        {
            return;
        }

        if (command.Argument(0)?.AsString is not { } text || !RtmpUrlPart.TryParse(text, out RtmpUrlPart? name))
        {
            writer.WriteStatus(messageStreamId, "error", StatusCode.PlayStreamNotFound, "The stream name cannot be read.");
            return;
        }

        (RtmpPlayStart start, long startMilliseconds) = ReadStart(command.Argument(1)?.AsNumber);
        long? duration = command.Argument(2)?.AsNumber is >= 0 and <= int.MaxValue and var length ? (long)length : null;
        var request = new RtmpEvent.PlayRequested(messageStreamId, new RtmpUrl(App, name), start, startMilliseconds, duration);
        if (isAppended)
        {
            Append(stream, new PlayList.Item(text, request), starts: true, now);
            return;
        }

        stream.IsResetWanted = isReset;
        AskToPlay(stream, text, request);
    }

    // Adobe's servers take numbers too; 0 and 2 leave the list as it is.
    private static bool IsReset(AmfValue? argument) => argument?.AsNumber != 2 && (argument?.AsBoolean ?? true);

    private static (RtmpPlayStart Start, long Milliseconds) ReadStart(double? argument) => argument switch
    {
        -1 or -1000 => (RtmpPlayStart.Live, 0),
        >= 0 and <= int.MaxValue => (RtmpPlayStart.Recorded, (long)argument),
        _ => (RtmpPlayStart.LiveOrRecorded, 0),
    };

    private void Pause(Command command, NetStream? stream)
    {
        if (stream is not { IsPlaying: true } || command.Argument(0)?.AsBoolean is not { } isPaused)
        {
            return;
        }

        uint messageStreamId = stream.MessageStreamId;
        stream.State = isPaused ? NetStreamState.Paused : NetStreamState.Playing;
        if (isPaused)
        {
            writer.WriteStatus(messageStreamId, "status", StatusCode.PauseNotify, "Paused.");
            writer.WriteUserControl(UserControlEventType.StreamEnd, messageStreamId);
        }
        else
        {
            writer.WriteUserControl(UserControlEventType.StreamBegin, messageStreamId);
            writer.WriteStatus(messageStreamId, "status", StatusCode.UnpauseNotify, "Playing again.");
        }

        long milliseconds = command.Argument(1)?.AsNumber is >= 0 and <= uint.MaxValue and var time ? (long)time : 0;
        events.Enqueue(new RtmpEvent.PauseChanged(messageStreamId, isPaused, milliseconds));
    }

    // A live stream has nowhere to go, but FFmpeg drops all media until it is told that its seek was carried out.
    private void Seek(NetStream? stream)
    {
        if (stream is { IsPlaying: true })
        {
            writer.WriteStatus(stream.MessageStreamId, "status", StatusCode.SeekNotify, "Live streams play on.");
        }
    }

    private void Select(Command command, NetStream? stream)
    {
        if (stream is null || command.Argument(0)?.AsBoolean is not { } isWanted)
        {
            return;
        }

        bool isAudio = command.Name == "receiveAudio";
        (stream.IsAudioUnwanted, stream.IsVideoUnwanted) =
            isAudio ? (!isWanted, stream.IsVideoUnwanted) : (stream.IsAudioUnwanted, !isWanted);
        if (!stream.IsPlaying)
        {
            return;
        }

        // RTMP 1.0, 7.2.2.4 and 7.2.2.5: an answer only when it is switched on again.
        if (isWanted)
        {
            writer.WriteStatus(stream.MessageStreamId, "status", StatusCode.SeekNotify, "Seeking.");
            writer.WriteStatus(stream.MessageStreamId, "status", StatusCode.PlayStart, "Started playing.");
        }

        events.Enqueue(
            isAudio
                ? new RtmpEvent.ReceiveAudioChanged(stream.MessageStreamId, isWanted)
                : new RtmpEvent.ReceiveVideoChanged(stream.MessageStreamId, isWanted));
    }

    private void TellWhatIsUnwanted(NetStream stream)
    {
        if (stream.IsAudioUnwanted)
        {
            events.Enqueue(new RtmpEvent.ReceiveAudioChanged(stream.MessageStreamId, IsWanted: false));
        }

        if (stream.IsVideoUnwanted)
        {
            events.Enqueue(new RtmpEvent.ReceiveVideoChanged(stream.MessageStreamId, IsWanted: false));
        }
    }

    private void NoteIdle(TimeSpan now)
    {
        bool isIdle = Array.TrueForAll(_streams, stream => stream is null or { State: NetStreamState.Idle });
        IdleSince = isIdle ? IdleSince ?? now : null;
        _isIdleUndated = isIdle;
    }
}
