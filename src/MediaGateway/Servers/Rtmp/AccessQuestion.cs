using MediaGateway.Authorization;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// A question to <see cref="IAccessControl"/> that is under way. Its owner, a receive loop, goes on meanwhile: it is woken by the answer
/// and takes it then, or cancels the question because the client has left.
/// </summary>
internal sealed class AccessQuestion : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Task<AccessVerdict> _answer;

    /// <summary>Asks.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="wake">Called on any thread when the answer is there, unless it was there at once.</param>
    public AccessQuestion(Func<CancellationToken, ValueTask<AccessVerdict>> ask, Action wake)
    {
        _answer = ask(_cancellation.Token).AsTask();
        if (!_answer.IsCompleted)
        {
            _answer.GetAwaiter().UnsafeOnCompleted(wake);
        }
    }

    /// <summary>Takes the answer, if it is there. A question that failed throws what it failed with: nobody was let in.</summary>
    public bool TryTakeAnswer(out AccessVerdict verdict)
    {
        bool isAnswered = _answer.IsCompleted;
        verdict = isAnswered ? _answer.GetAwaiter().GetResult() : default;
        return isAnswered;
    }

    /// <summary>Gives the question up and waits until whoever was asked has noticed.</summary>
    public async Task CancelAsync()
    {
        await _cancellation.CancelAsync();
        await ((Task)_answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();
}
