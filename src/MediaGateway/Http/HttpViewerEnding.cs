using MediaGateway.Diagnostics;

namespace MediaGateway.Http;

/// <summary>The wish that a viewer by HTTP ends, made by the API, by a hook or by a shutdown. Any thread; the first wish counts.</summary>
internal sealed class HttpViewerEnding : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _source = new();
    private Task _cancelling = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Cancelled when somebody wants it to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Why; null while nobody does.</summary>
    public (SessionEndReason Reason, string Words)? Request { get; private set; }

    /// <summary>Asks it to end.</summary>
    public void Ask(SessionEndReason reason, string words)
    {
        lock (_lock)
        {
            if (!_isDisposed && Request is null)
            {
                Request = (reason, words);
                _cancelling = _source.CancelAsync(); // on a thread of the pool: whoever asks does not run what it ends
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        _source.Dispose();
    }
}
