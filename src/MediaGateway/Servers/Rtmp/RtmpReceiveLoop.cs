using System.Buffers;
using System.IO.Pipelines;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Servers.Rtmp.Transport;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Connections;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// The receiving half of one RTMP connection: it reads as long as the connection lives, feeds the protocol session with bytes and time,
/// and lets the <see cref="RtmpDialogue"/> answer. One task runs it; everybody else only leaves a notice and wakes it.
/// </summary>
internal sealed class RtmpReceiveLoop : IViewerOwner, IDisposable
{
    private readonly IRtmpTransport _transport;
    private readonly PipeReader _input;
    private readonly RtmpServerSession _session;
    private readonly RtmpServices _services;
    private readonly ITimer _timer;
    private Viewer? _viewer;
    private long _framesBefore;
    private TimeSpan _armedFor = TimeSpan.MaxValue;

    // Raised by others, seen by the loop after it was woken.
    private volatile bool _hasTimerFired;
    private volatile bool _isOver;
    private int _viewerEnd = -1;

    /// <summary>Makes the loop for a connection that has just been accepted.</summary>
    public RtmpReceiveLoop(
        IRtmpTransport transport,
        RtmpServerSession session,
        RtmpServices services,
        RtmpConnectionLimiter.Ticket ticket)
    {
        _transport = transport;
        _input = transport.Input;
        _session = session;
        _services = services;
        Dialogue = new RtmpDialogue(session, transport, ticket, services, Wake);
        _timer = services.Time.CreateTimer(
            static state => ((RtmpReceiveLoop)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the client has asked for. Its figures may be read when the loop has ended.</summary>
    public RtmpDialogue Dialogue { get; }

    /// <summary>What was wrong with the client's bytes, when that ended the session.</summary>
    public RtmpProtocolException? Fault { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        Dialogue.Dispose();
        _session.Dispose();
    }

    /// <summary>Runs until the connection is to be closed, and says why.</summary>
    /// <param name="viewer">The sending half, which stays the caller's.</param>
    /// <param name="hello">The client's first bytes, as far as they were taken out of its input already.</param>
    public async Task<SessionEndReason> RunAsync(Viewer viewer, ReadOnlyMemory<byte> hello)
    {
        _viewer = viewer;
        Dialogue.Outbox.Attach(viewer);
        _services.Redirects.Add(this);
        SessionEndReason reason = SessionEndReason.InternalError;
        try
        {
            if (!hello.IsEmpty)
            {
                _session.Receive(new ReadOnlySequence<byte>(hello), _services.Clock.Now, out _, out _);
                Wake(); // The answer is sent at the first wake-up.
            }

            reason = await ReadAsync();
        }
        finally
        {
            _isOver = true;
            _services.Redirects.Remove(this);
            await Dialogue.EndAsync(reason);
        }

        return reason;
    }

    /// <summary>Any thread: the gateway is shutting down.</summary>
    public void AskToShutDown() => Dialogue.NoteShutdown();

    /// <summary>Any thread: clients may have to be sent elsewhere, or no longer.</summary>
    public void OnRedirectsChanged() => Dialogue.NoteRedirectsChanged();

    /// <inheritdoc/>
    public void OnStreamEnded(LiveStream stream)
    {
        Dialogue.LivePlayback?.NoteEnded(stream);
        Wake();
    }

    /// <inheritdoc/>
    public void OnStreamUnplayable(LiveStream stream, CodecId codec)
    {
        Dialogue.LivePlayback?.NoteUnplayable(stream, codec);
        Wake();
    }

    /// <inheritdoc/>
    public void OnStreamChanged(LiveStream stream)
    {
        Dialogue.LivePlayback?.NoteChanged(stream);
        Wake();
    }

    /// <inheritdoc/>
    public void OnStreamChangeFailed(LiveStream stream)
    {
        Dialogue.LivePlayback?.NoteChangeFailed(stream);
        Wake();
    }

    /// <inheritdoc/>
    public void OnLevelWanted(LevelWish wish)
    {
        Dialogue.LivePlayback?.NoteLevelWanted(wish);
        Wake();
    }

    /// <inheritdoc/>
    public void OnFramesLost()
    {
        Dialogue.LivePlayback?.NoteFramesLost();
        Wake();
    }

    /// <inheritdoc/>
    public void OnReported() => Dialogue.NoteReported();

    /// <inheritdoc/>
    public void OnViewerEnded(SessionEndReason reason)
    {
        Volatile.Write(ref _viewerEnd, (int)reason);
        Wake();
    }

    private SessionEndReason? ViewerEnd => Volatile.Read(ref _viewerEnd) is >= 0 and var reason ? (SessionEndReason)reason : null;

    private static SessionEndReason ReasonOf(RtmpError error) => error switch
    {
        RtmpError.HandshakeTimeout or RtmpError.ConnectTimeout or RtmpError.IdleTimeout or RtmpError.PeerSilent => SessionEndReason.Timeout,
        _ => SessionEndReason.ProtocolError,
    };

    private void Wake()
    {
        if (!_isOver)
        {
            _input.CancelPendingRead();
        }
    }

    private async Task<SessionEndReason> ReadAsync()
    {
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
            return Dialogue.Outcome ?? ReasonOf(fault.Error);
        }
        catch (ConnectionResetException)
        {
            return EndOfInput();
        }
        catch (ConnectionAbortedException)
        {
            return Dialogue.Outcome ?? ViewerEnd ?? SessionEndReason.ServerShutdown;
        }
        catch (IOException)
        {
            return ViewerEnd ?? SessionEndReason.TransportError;
        }
    }

    /// <summary>One wake-up: whatever it was for, all is looked at. Returns the end of the session if this is it.</summary>
    private SessionEndReason? Take(in ReadResult result)
    {
        TimeSpan now = _services.Clock.Now;
        ReadOnlySequence<byte> buffer = result.Buffer;
        Dialogue.TakeNotices(now);
        _session.Receive(buffer, now, out SequencePosition consumed, out SequencePosition examined);
        bool isDue = now >= _session.NextDeadline;
        _session.Advance(now, isDue ? _transport.Unacknowledged : default, isDue && TakeIsFed());
        Dialogue.TakeOutputs(now);
        CountReceived(buffer, consumed);

        // While a question is open the rest of the input must wait: it is offered again at the next wake-up, the answer at the latest.
        bool isAllTaken = Dialogue.AwaitsAnswer || examined.Equals(buffer.End);
        _input.AdvanceTo(consumed, isAllTaken ? buffer.End : examined);
        if (ViewerEnd is { } end)
        {
            return Dialogue.Outcome ?? end;
        }

        if (Dialogue.Outbox.HasOverflown)
        {
            return SessionEndReason.SlowConsumer;
        }

        if (Dialogue.MayClose)
        {
            return Dialogue.Outcome ?? SessionEndReason.Completed;
        }

        return result.IsCompleted && isAllTaken ? EndOfInput() : null;
    }

    private bool TakeIsFed()
    {
        long before = _framesBefore;
        _framesBefore = _viewer?.SentFrames ?? 0;
        return _framesBefore > before;
    }

    private SessionEndReason EndOfInput()
    {
        if (_transport.IsClosedByClient)
        {
            Dialogue.TakeGoodbye();
        }

        return Dialogue.Outcome ?? ViewerEnd ?? SessionEndReason.PeerClosed;
    }

    private void CountReceived(in ReadOnlySequence<byte> buffer, SequencePosition consumed)
    {
        long bytes = buffer.Slice(0, consumed).Length;
        if (bytes > 0)
        {
            _services.Metrics.BytesReceived(bytes);
        }
    }

    /// <summary>Sets the timer for the next deadline unless it fires before that anyway.</summary>
    private void ArmTimer()
    {
        TimeSpan deadline = _session.NextDeadline < Dialogue.NextDeadline ? _session.NextDeadline : Dialogue.NextDeadline;
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
        TimeSpan left = deadline - _services.Clock.Now;
        TimeSpan due = left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        _hasTimerFired = true;
        Wake();
    }
}
