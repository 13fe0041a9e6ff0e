using System.Collections.Immutable;

namespace MediaGateway.Streams;

/// <summary>
/// Those who wait for a stream that nobody publishes yet, bounded: more than <see cref="MaximumWaiters"/> are refused; and parts of the
/// gateway that hear of every stream. Any thread.
/// </summary>
internal sealed class StreamWaiters
{
    /// <summary>Waits at the same time.</summary>
    public const int MaximumWaiters = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<StreamKey, List<Waiter>> _waiters = [];
    private ImmutableArray<Observer> _observers = [];
    private int _count;

    /// <summary>Waits now under way.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Begins a wait, which ends with the one call or when it is disposed; null when there are too many.</summary>
    public IDisposable? Add(StreamKey key, Action<LiveStream> published, Action<string>? givenUp = null)
    {
        lock (_lock)
        {
            if (_count == MaximumWaiters)
            {
                return null;
            }

            _count++;
            var waiter = new Waiter(this, key, published, givenUp);
            if (!_waiters.TryGetValue(key, out List<Waiter>? others))
            {
                _waiters.Add(key, others = []);
            }

            others.Add(waiter);
            return waiter;
        }
    }

    /// <summary>Calls <paramref name="published"/> for every stream that begins from now on, until the result is disposed.</summary>
    public IDisposable Observe(Action<LiveStream> published)
    {
        var observer = new Observer(this, published);
        ImmutableInterlocked.Update(ref _observers, static (observers, added) => observers.Add(added), observer);
        return observer;
    }

    /// <summary>A stream has begun: calls everybody who waits for it, and forgets them, and all observers. Outside every lock.</summary>
    public void Published(LiveStream stream)
    {
        Tell(stream);
        foreach (Observer observer in _observers)
        {
            observer.Published(stream);
        }
    }

    /// <summary>Calls everybody who waits for this stream, and forgets them. Outside every lock.</summary>
    public void Tell(LiveStream stream)
    {
        List<Waiter>? told;
        lock (_lock)
        {
            if (!_waiters.Remove(stream.Key, out told))
            {
                return;
            }

            _count -= told.Count;
        }

        foreach (Waiter waiter in told)
        {
            waiter.Published(stream);
        }
    }

    /// <summary>Tells everybody who waits for that name why it will not come as promised; they go on waiting. Outside every lock.</summary>
    public void GiveUp(StreamKey key, string words)
    {
        Waiter[] told;
        lock (_lock)
        {
            told = _waiters.TryGetValue(key, out List<Waiter>? waiters) ? [.. waiters] : [];
        }

        foreach (Waiter waiter in told)
        {
            waiter.GiveUp(words);
        }
    }

    private void Forget(Waiter waiter)
    {
        lock (_lock)
        {
            if (!_waiters.TryGetValue(waiter.Key, out List<Waiter>? others) || !others.Remove(waiter))
            {
                return;
            }

            _count--;
            if (others.Count == 0)
            {
                _waiters.Remove(waiter.Key);
            }
        }
    }

    private sealed class Observer(StreamWaiters owner, Action<LiveStream> published) : IDisposable
    {
        public void Published(LiveStream stream) => published(stream);

        public void Dispose() =>
            ImmutableInterlocked.Update(ref owner._observers, static (observers, gone) => observers.Remove(gone), this);
    }

    private sealed class Waiter(StreamWaiters owner, StreamKey key, Action<LiveStream> published, Action<string>? givenUp) : IDisposable
    {
        public StreamKey Key => key;

        public void Published(LiveStream stream) => published(stream);

        public void GiveUp(string words) => givenUp?.Invoke(words);

        public void Dispose() => owner.Forget(this);
    }
}
