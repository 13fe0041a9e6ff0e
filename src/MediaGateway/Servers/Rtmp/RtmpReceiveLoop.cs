using System.Buffers;
using System.IO.Pipelines;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Connections;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// The receiving half of one RTMP connection. It owns the protocol session: feeds it bytes and time, carries its replies to the
/// viewer and answers its events from the registry. It reads as long as the connection lives, so that acknowledgements and pings of a
/// player are taken. One task runs it; everybody else only raises a flag and wakes it.
/// </summary>
internal sealed class RtmpReceiveLoop : IViewerOwner, IDisposable
{
    private readonly PipeReader _input;
    private readonly RtmpServerSession _session;
    private readonly StreamRegistry _streams;
    private readonly GatewayClock _clock;
    private readonly RtmpConnectionLimiter.Ticket _ticket;
    private readonly ITimer _timer;
    private Viewer? _viewer;
    private LiveStream? _playing;
    private uint _playingOn;
    private SessionEndReason? _outcome;
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private TimeSpan _closeAt = TimeSpan.MaxValue;

    // Raised by others, seen by the loop after it was woken.
    private volatile LiveStream? _endedStream;
    private volatile bool _hasTimerFired;
    private volatile bool _isReported;
    private volatile bool _isShutdownAsked;
    private int _viewerEnd = -1;

    /// <summary>Makes the loop for a connection that has just been accepted.</summary>
    public RtmpReceiveLoop(
        PipeReader input,
        RtmpServerSession session,
        StreamRegistry streams,
        GatewayClock clock,
        TimeProvider time,
        RtmpConnectionLimiter.Ticket ticket)
    {
        _input = input;
        _session = session;
        _streams = streams;
        _clock = clock;
        _ticket = ticket;
        _timer = time.CreateTimer(static state => ((RtmpReceiveLoop)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the client played last.</summary>
    public StreamKey? Stream { get; private set; }

    /// <summary>Whether the client got as far as a connect command: port scanners do not.</summary>
    public bool HasConnected { get; private set; }

    /// <summary>What was wrong with the client's bytes, when that ended the session.</summary>
    public RtmpProtocolException? Fault { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _session.Dispose();
    }

    /// <summary>Runs until the connection is to be closed, and says why.</summary>
    /// <param name="viewer">The sending half, which stays the caller's.</param>
    public async Task<SessionEndReason> RunAsync(Viewer viewer)
    {
        _viewer = viewer;
        try
        {
            while (true)
            {
                ArmTimer();
                ReadResult result = await _input.ReadAsync();
                if (Take(result) is { } reason)
                {
                    return reason;
                }
            }
        }
        catch (RtmpProtocolException fault)
        {
            Fault = fault;
            return _outcome ?? ReasonOf(fault.Error);
        }
        catch (ConnectionResetException)
        {
            return EndOfInput();
        }
        catch (ConnectionAbortedException)
        {
            return _outcome ?? ViewerEnd ?? SessionEndReason.ServerShutdown;
        }
        catch (IOException)
        {
            return ViewerEnd ?? SessionEndReason.TransportError;
        }
    }

    /// <summary>Any thread: the gateway is shutting down.</summary>
    public void AskToShutDown()
    {
        _isShutdownAsked = true;
        Wake();
    }

    /// <inheritdoc/>
    public void OnStreamEnded(LiveStream stream)
    {
        _endedStream = stream;
        Wake();
    }

    /// <inheritdoc/>
    public void OnReported()
    {
        _isReported = true;
        Wake();
    }

    /// <inheritdoc/>
    public void OnViewerEnded(SessionEndReason reason)
    {
        Volatile.Write(ref _viewerEnd, (int)reason);
        Wake();
    }

    private bool IsClosing => _closeAt != TimeSpan.MaxValue;

    private SessionEndReason? ViewerEnd => Volatile.Read(ref _viewerEnd) is >= 0 and var reason ? (SessionEndReason)reason : null;

    private static SessionEndReason ReasonOf(RtmpError error) => error switch
    {
        RtmpError.HandshakeTimeout or RtmpError.ConnectTimeout or RtmpError.IdleTimeout or RtmpError.PeerSilent => SessionEndReason.Timeout,
        _ => SessionEndReason.ProtocolError,
    };

    private void Wake() => _input.CancelPendingRead();

    /// <summary>One wake-up: whatever it was for, all is looked at. Returns the end of the session if this is it.</summary>
    private SessionEndReason? Take(in ReadResult result)
    {
        TimeSpan now = _clock.Now;
        ReadOnlySequence<byte> buffer = result.Buffer;
        _session.Receive(buffer, now, out SequencePosition consumed, out SequencePosition examined);
        bool isAllTaken = examined.Equals(buffer.End);
        _session.Advance(now);
        bool isKept = TakeOutputs(now) && TakeNotices(now);
        _input.AdvanceTo(consumed, examined);
        if (ViewerEnd is { } end)
        {
            return _outcome ?? end;
        }

        if (!isKept)
        {
            return SessionEndReason.SlowConsumer;
        }

        if (now >= _closeAt)
        {
            return _outcome ?? SessionEndReason.Completed;
        }

        return result.IsCompleted && isAllTaken ? EndOfInput() : null;
    }

    private SessionEndReason EndOfInput() => _outcome ?? ViewerEnd ?? SessionEndReason.PeerClosed;

    /// <summary>Takes the session's replies and events; false when the viewer's queue is full.</summary>
    private bool TakeOutputs(TimeSpan now)
    {
        bool isKept = SendReplies();
        while (isKept && _session.TryTakeEvent(out RtmpEvent? sessionEvent))
        {
            isKept = Answer(sessionEvent, now) && SendReplies();
        }

        return isKept;
    }

    private bool SendReplies()
    {
        while (_session.TryTakeReply(out PooledBuffer? buffer, out int length))
        {
            if (!Post(new ViewerCommand(ViewerCommandKind.Reply, buffer, length)))
            {
                buffer.Dispose();
                return false;
            }
        }

        return true;
    }

    private bool Post(in ViewerCommand command) => _viewer!.TryPost(command); // Set before the loop begins.

    private bool Answer(RtmpEvent sessionEvent, TimeSpan now)
    {
        switch (sessionEvent)
        {
            case RtmpEvent.ConnectRequested:
                HasConnected = true;
                _session.AcceptConnect();
                return true;
            case RtmpEvent.PlayRequested request:
                return AnswerPlay(request, now);
            case RtmpEvent.PublishRequested request:
                _session.RejectPublish(request.MessageStreamId, StatusCode.PublishDenied, "RTMP publishing is not enabled.");
                return SendReplies();
            case RtmpEvent.StreamClosed closed when closed.MessageStreamId == _playingOn:
                _playing = null;
                _outcome = SessionEndReason.Completed;
                return Post(new ViewerCommand(ViewerCommandKind.StopMedia));
            case RtmpEvent.PauseChanged change when change.MessageStreamId == _playingOn:
                return Post(new ViewerCommand(change.IsPaused ? ViewerCommandKind.Pause : ViewerCommandKind.Resume));
            case RtmpEvent.ReceiveAudioChanged change when change.MessageStreamId == _playingOn:
                return Post(new ViewerCommand(change.IsWanted ? ViewerCommandKind.AudioOn : ViewerCommandKind.AudioOff));
            case RtmpEvent.ReceiveVideoChanged change when change.MessageStreamId == _playingOn:
                return Post(new ViewerCommand(change.IsWanted ? ViewerCommandKind.VideoOn : ViewerCommandKind.VideoOff));
            default:
                return true; // How much the player buffers makes no difference to a live stream.
        }
    }

    private bool AnswerPlay(RtmpEvent.PlayRequested request, TimeSpan now)
    {
        if (_playing is not null || IsClosing)
        {
            _session.RejectPlay(request.MessageStreamId, StatusCode.PlayFailed, "This connection plays one stream at a time.");
            return true;
        }

        if (!StreamKey.TryCreate(request.Url.Application, request.Url.StreamName, out StreamKey key, out string? refusal))
        {
            return RefusePlay(request.MessageStreamId, refusal, now);
        }

        Stream = key;
        LiveStream? stream = _streams.Find(key);
        if (stream is null)
        {
            return RefusePlay(request.MessageStreamId, "There is no such stream.", now);
        }

        _session.AcceptPlay(request.MessageStreamId);
        (_playing, _playingOn, _outcome) = (stream, request.MessageStreamId, null);
        _ticket.MarkPlaying();
        return SendReplies()
            && Post(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: stream, MessageStreamId: request.MessageStreamId));
    }

    private bool RefusePlay(uint messageStreamId, string reason, TimeSpan now)
    {
        _session.RejectPlay(messageStreamId, StatusCode.PlayStreamNotFound, reason);
        _outcome = SessionEndReason.StreamNotFound;
        return SendReplies() && CloseAfterLastWords(now);
    }

    /// <summary>Closes the connection a moment after everything posted so far has been sent, or when that takes too long.</summary>
    private bool CloseAfterLastWords(TimeSpan now)
    {
        _closeAt = now + RtmpServerOptions.ClosingTime;
        return Post(new ViewerCommand(ViewerCommandKind.Report));
    }

    /// <summary>Looks at what others have raised; false when the viewer's queue is full.</summary>
    private bool TakeNotices(TimeSpan now)
    {
        bool isKept = true;
        if (_endedStream is { } ended)
        {
            _endedStream = null;
            isKept = EndPlay(ended, now);
        }

        if (isKept && _isShutdownAsked)
        {
            _isShutdownAsked = false;
            isKept = ShutDown(now);
        }

        if (_isReported)
        {
            _isReported = false;
            _closeAt = now + RtmpServerOptions.LastWordsTime;
        }

        return isKept;
    }

    /// <summary>The media that is due goes out, then the client is told; it is left to close the connection.</summary>
    private bool EndPlay(LiveStream ended, TimeSpan now)
    {
        if (!ReferenceEquals(ended, _playing))
        {
            return true;
        }

        _playing = null;
        _outcome = SessionEndReason.Completed;
        _session.EndPlay(_playingOn);
        return Post(new ViewerCommand(ViewerCommandKind.FinishMedia)) && SendReplies();
    }

    private bool ShutDown(TimeSpan now)
    {
        _playing = null;
        _outcome ??= SessionEndReason.ServerShutdown;
        _session.Close();
        return Post(new ViewerCommand(ViewerCommandKind.FinishMedia)) && SendReplies() && CloseAfterLastWords(now);
    }

    /// <summary>Sets the timer for the next deadline unless it fires before that anyway.</summary>
    private void ArmTimer()
    {
        TimeSpan deadline = _session.NextDeadline < _closeAt ? _session.NextDeadline : _closeAt;
        if (_hasTimerFired)
        {
            _hasTimerFired = false;
            _armedFor = TimeSpan.MaxValue;
        }

        if (deadline >= _armedFor)
        {
            return;
        }

        // Timers count whole milliseconds: a fraction more, so that the deadline has passed when it fires.
        _armedFor = deadline;
        TimeSpan left = deadline - _clock.Now;
        TimeSpan due = left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        _hasTimerFired = true;
        Wake();
    }
}
