using System.IO.Pipelines;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Rtmp.Tunnel;
using MediaGateway.Servers.Rtmp.Transport;
using Microsoft.AspNetCore.Connections;

namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>
/// One RTMPT session: the bodies of its requests and answers, presented to the RTMP session as a pair of pipes. Its requests have their
/// turn one after the other; <see cref="RunAsync"/> owns the pipes, and ends them when the RTMP session has ended.
/// </summary>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing, and requests may still wait for it at the end.
internal sealed class TunnelSession
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TaskCompletionSource _isAllTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RtmpConnectionLimiter.Ticket _ticket;
    private readonly TimeProvider _time;
    private readonly ITimer _waitTimer;
    private long _lastRequestAt;
    private int _waiting;
    private bool _isInputEnded;

    /// <summary>Makes the session; <see cref="RunAsync"/> serves it.</summary>
    /// <param name="describe">Makes the transport from the session's pipes and what ends it at once.</param>
    /// <param name="ticket">Its admission, which passes to the session.</param>
    /// <param name="time">Whence time comes.</param>
    public TunnelSession(Func<TunnelPipes, Action, PipeTransport> describe, RtmpConnectionLimiter.Ticket ticket, TimeProvider time)
    {
        Transport = describe(Pipes, Abort);
        (_ticket, _time) = (ticket, time);
        _lastRequestAt = time.GetTimestamp();
        _waitTimer = time.CreateTimer(static state => ((TunnelSession)state!).EndWait(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the RTMP session runs on.</summary>
    public PipeTransport Transport { get; }

    /// <summary>The bytes; the request that has its turn reads and writes them.</summary>
    public TunnelPipes Pipes { get; } = new();

    /// <summary>The order of the requests; for the request that has its turn.</summary>
    public RtmptTunnel Order { get; } = new();

    /// <summary>Whether the client neither plays nor publishes yet: its questions are worth waiting for the answers.</summary>
    public bool IsInDialogue => _ticket.IsIdle;

    /// <summary>Whether nothing is left to say because the session was cut off.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>
    /// Whether the wait that <see cref="BeginWait"/> began is over; its end also ends a pending read of the answers. For the request that
    /// has its turn.
    /// </summary>
    public bool IsWaitOver { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); }

    /// <summary>Whether the session is over, so that its pipes are no longer to be touched. For the request that has its turn.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Serves the session until it has ended and the client has taken the last words, or does not come for them. Never throws.</summary>
    /// <param name="sessions">Who serves.</param>
    /// <param name="shutdown">The last words need not be waited for any more.</param>
    public async Task RunAsync(RtmpSessions sessions, CancellationToken shutdown)
    {
        await sessions.ServeAsync(Transport, _ticket);
        await Pipes.Input.CompleteAsync();
        await Pipes.Output.CompleteAsync();
        if (await HasLastWordsAsync())
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
            await Task.WhenAny(_isAllTaken.Task, Task.Delay(TunnelLimits.LastWordsTime, _time, patience.Token));
            await patience.CancelAsync();
        }

        // A request that is being answered ends first.
        EndWait();
        await _turn.WaitAsync(CancellationToken.None);
        HasEnded = true;
        await Pipes.Answers.Reader.CompleteAsync();
        EndInput(null);
        _turn.Release();
        _ticket.Dispose();
        await _waitTimer.DisposeAsync();
    }

    /// <summary>
    /// Waits for a request's turn; false when too many wait already. The request before is told not to wait for bytes any longer. After
    /// true the caller calls <see cref="EndTurn"/>.
    /// </summary>
    public async ValueTask<bool> TryTakeTurnAsync(CancellationToken cancellationToken)
    {
        if (_turn.Wait(0, CancellationToken.None))
        {
            return true;
        }

        try
        {
            if (Interlocked.Increment(ref _waiting) > TunnelLimits.WaitingRequests)
            {
                return false;
            }

            EndWait();
            await _turn.WaitAsync(cancellationToken);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>The request that has its turn has been answered.</summary>
    public void EndTurn()
    {
        _lastRequestAt = _time.GetTimestamp();
        _turn.Release();
    }

    /// <summary>The request that has its turn: reading the answers may wait for so long from now on.</summary>
    public void BeginWait(TimeSpan atMost)
    {
        IsWaitOver = false;
        if (Volatile.Read(ref _waiting) > 0)
        {
            IsWaitOver = true;
        }

        _waitTimer.Change(atMost, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The request that has its turn: the client has taken everything, and nothing more will come.</summary>
    public void MarkAllTaken() => _isAllTaken.TrySetResult();

    /// <summary>The request that has its turn: no more will come from the client, for a reason or because it said so.</summary>
    public void EndInput(Exception? reason)
    {
        if (!_isInputEnded)
        {
            _isInputEnded = true;
            Pipes.Requests.Writer.Complete(reason);
        }
    }

    /// <summary>Any thread: ends the session when no request has come for <see cref="TunnelLimits.IdleTime"/>.</summary>
    public void EndIfIdle()
    {
        if (!_turn.Wait(0, CancellationToken.None))
        {
            return;
        }

        if (_time.GetElapsedTime(_lastRequestAt) >= TunnelLimits.IdleTime)
        {
            EndInput(new RtmpProtocolException(RtmpError.PeerSilent, "The client of the tunnel asks no more."));
        }

        _turn.Release();
    }

    /// <summary>Any thread: ends the session at once, when the gateway ends.</summary>
    public async Task EndAsync()
    {
        EndWait();
        await _turn.WaitAsync(CancellationToken.None);
        EndInput(new ConnectionAbortedException("The gateway is shutting down."));
        _turn.Release();
    }

    private void Abort() => IsAborted = true;

    private async Task<bool> HasLastWordsAsync()
    {
        if (IsAborted || Transport.IsClosedByClient)
        {
            return false;
        }

        EndWait();
        await _turn.WaitAsync(CancellationToken.None);
        bool hasBytes = Pipes.Answers.Reader.TryRead(out ReadResult result) && !result.Buffer.IsEmpty;
        Pipes.Answers.Reader.AdvanceTo(result.Buffer.Start);
        _turn.Release();
        return hasBytes;
    }

    private void EndWait()
    {
        IsWaitOver = true;
        Pipes.Answers.Reader.CancelPendingRead();
    }
}
