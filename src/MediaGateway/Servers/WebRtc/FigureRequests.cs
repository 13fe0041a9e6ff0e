using MediaGateway.Streams;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// Questions for a session's figures, which its loop answers: however many ask, there is one question at a time, and figures that are fresh
/// enough are given again. Any thread asks.
/// </summary>
internal sealed class FigureRequests
{
    /// <summary>How long figures are good for.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    private static readonly Task<PeerFigures?> Nothing = Task.FromResult<PeerFigures?>(null);

    private readonly Lock _lock = new();
    private TaskCompletionSource<PeerFigures?>? _waiting;
    private PeerFigures? _newest;
    private TimeSpan _takenAt;
    private bool _isClosed;

    /// <summary>The loop's: whether somebody waits for an answer.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting is not null;
            }
        }
    }

    /// <summary>Asks. When <paramref name="isNew"/>, the loop is to be woken.</summary>
    public Task<PeerFigures?> Ask(TimeSpan now, out bool isNew)
    {
        lock (_lock)
        {
            isNew = false;
            if (_isClosed)
            {
                return Nothing;
            }

            if (_newest is not null && now - _takenAt < Freshness)
            {
                return Task.FromResult<PeerFigures?>(_newest);
            }

            isNew = _waiting is null;
            _waiting ??= new TaskCompletionSource<PeerFigures?>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }

    /// <summary>The loop's: answers.</summary>
    public void Answer(PeerFigures figures, TimeSpan now)
    {
        TaskCompletionSource<PeerFigures?>? waiting;
        lock (_lock)
        {
            (waiting, _waiting) = (_waiting, null);
            (_newest, _takenAt) = (figures, now);
        }

        waiting?.TrySetResult(figures);
    }

    /// <summary>The loop's: the session is over.</summary>
    public void Close()
    {
        TaskCompletionSource<PeerFigures?>? waiting;
        lock (_lock)
        {
            _isClosed = true;
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.TrySetResult(null);
    }
}
