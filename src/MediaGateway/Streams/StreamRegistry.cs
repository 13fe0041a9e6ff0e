using System.Collections.Concurrent;
using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>
/// The streams that are being published, by name: one publisher each. Who feeds a stream changes under this lock only, and nobody is
/// called under it. Any thread.
/// </summary>
internal sealed class StreamRegistry(StreamServices services, ILogger<StreamRegistry> logger)
{
    /// <summary>What the second publisher of a name is told, word for word on every protocol.</summary>
    public const string NameInUse = "Stream name is already in use";

    /// <summary>What a publisher is told whose stream another one has taken over.</summary>
    public const string TakenOver = "Another publisher has taken over the stream name";

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<StreamKey, LiveStream> _streams = new();
    private readonly StreamWaiters _waiters = new();
    private long _lastLease;
    private int _count;
    private bool _isClosing;

    /// <summary>The streams of this moment, those that wait for a lost publisher among them.</summary>
    public IReadOnlyCollection<LiveStream> Streams => [.. _streams.Values];

    /// <summary>Claims a name for a publisher.</summary>
    /// <param name="key">The name.</param>
    /// <param name="tracks">What the publisher announced.</param>
    /// <param name="control">How the hub reaches the publisher.</param>
    /// <param name="refusal">In words, why there is no lease; null when there is one.</param>
    /// <returns>The right to feed the stream, which the caller disposes when the publisher goes; or null.</returns>
    public PublishLease? TryPublish(StreamKey key, ExpectedTracks tracks, IPublisherControl control, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(control);
        PublishLease lease;
        PublishLease? previous;
        bool takesOver;
        lock (_lock)
        {
            LiveStream? stream = Find(key);
            refusal = Refuse(stream, control);
            if (refusal is not null)
            {
                return null;
            }

            previous = stream?.Lease;
            takesOver = stream is { State: StreamState.Published };
            _count += stream is null ? 1 : 0;
            stream ??= new LiveStream(key, services);
            lease = new PublishLease(this, stream, Interlocked.Increment(ref _lastLease), tracks, control);
            stream.Seat(lease);
            previous?.GraceTimer?.Dispose();
            _streams[key] = stream;
        }

        Announce(lease, previous, takesOver);
        return lease;
    }

    /// <summary>
    /// Makes a stream that nobody finds by its name: a rendition of the stream that has it. It counts neither against
    /// <c>Streams:MaximumStreams</c> nor in the figures.
    /// </summary>
    public PublishLease PublishUnlisted(StreamKey key, ExpectedTracks tracks, IPublisherControl control)
    {
        ArgumentNullException.ThrowIfNull(control);
        var stream = new LiveStream(key, services, isListed: false);
        var lease = new PublishLease(this, stream, Interlocked.Increment(ref _lastLease), tracks, control) { IsListed = false };
        stream.Seat(lease);
        return lease;
    }

    /// <summary>The stream of that name, or null when nobody publishes it.</summary>
    public LiveStream? Find(StreamKey key) => _streams.GetValueOrDefault(key);

    /// <summary>
    /// Calls <paramref name="published"/> once, as soon as somebody publishes that name; at once, within this call, when there is such a
    /// stream already. It is called by whoever publishes and outside every lock: it only posts. Disposing the result gives the wait up; a
    /// call already under way may still come.
    /// </summary>
    /// <param name="key">The name.</param>
    /// <param name="published">Told of the stream.</param>
    /// <param name="givenUp">Told, in words for viewers, when a source that has promised the stream cannot bring it; the wait goes on.</param>
    /// <returns>The wait, or null when there are <see cref="StreamWaiters.MaximumWaiters"/> already.</returns>
    public IDisposable? WaitFor(StreamKey key, Action<LiveStream> published, Action<string>? givenUp = null)
    {
        ArgumentNullException.ThrowIfNull(published);
        IDisposable? wait = _waiters.Add(key, published, givenUp);
        if (wait is not null && Find(key) is { } stream)
        {
            _waiters.Tell(stream);
        }

        return wait;
    }

    /// <summary>Tells those who wait for that name that the source which promised it cannot bring it. Outside every lock.</summary>
    public void GiveUp(StreamKey key, string words) => _waiters.GiveUp(key, words);

    /// <summary>
    /// Calls <paramref name="published"/> for every stream that begins from now on, until the result is disposed; not when another publisher
    /// goes on with one. For parts of the gateway, not for clients: there is no bound. Called as <see cref="WaitFor"/> calls.
    /// </summary>
    public IDisposable NotifyPublished(Action<LiveStream> published)
    {
        ArgumentNullException.ThrowIfNull(published);
        return _waiters.Observe(published);
    }

    /// <summary>Asks every publisher to end; from now on no stream waits for another one.</summary>
    public void EndAll(SessionEndReason reason, string detail)
    {
        lock (_lock)
        {
            _isClosing = true;
        }

        foreach (LiveStream stream in Streams)
        {
            stream.EndPublisher(reason, detail);
        }
    }

    /// <summary>
    /// Ends the stream and frees its name, or lets it wait for another publisher; without effect when the lease was taken over. Only the
    /// lease calls it, once.
    /// </summary>
    internal void End(PublishLease lease, StreamEndReason reason)
    {
        if (!lease.IsListed)
        {
            lease.Stream.End(reason);
            return;
        }

        TimeSpan grace = services.Options.ReconnectGrace;
        lock (_lock)
        {
            if (!lease.IsCurrent)
            {
                return;
            }

            bool waits = reason == StreamEndReason.PublisherLost && grace > TimeSpan.Zero && !_isClosing;
            if (waits)
            {
                lease.Stream.Unseat();
                lease.GraceTimer = services.Time.CreateTimer(Expire, lease, grace, Timeout.InfiniteTimeSpan);
            }
            else
            {
                Remove(lease.Stream);
            }

            grace = waits ? grace : TimeSpan.Zero;
        }

        if (grace > TimeSpan.Zero)
        {
            logger.PublisherLost(lease.Stream.Key, grace.TotalSeconds);
            return;
        }

        Finish(lease.Stream, reason);
    }

    /// <summary>Ends a stream that waits for another publisher. Only the lease that lost it calls it.</summary>
    internal void Abandon(PublishLease lease, StreamEndReason reason)
    {
        lock (_lock)
        {
            if (lease.Stream.State != StreamState.AwaitingPublisher || !ReferenceEquals(lease.Stream.Lease, lease) || !Remove(lease.Stream))
            {
                return;
            }

            lease.GraceTimer?.Dispose();
        }

        Finish(lease.Stream, reason);
    }

    private static void Expire(object? lease) => ((PublishLease)lease!).Abandon(StreamEndReason.Unpublished); // End made the timer with one.

    private string? Refuse(LiveStream? stream, IPublisherControl control)
    {
        if (stream is { State: StreamState.Published, Lease: { } lease })
        {
            bool mayTakeOver = lease.Control.GivesWay || services.Options.TakeOver == StreamTakeOver.NewestWins;
            return mayTakeOver && !control.GivesWay ? null : NameInUse;
        }

        return stream is null && _count >= services.Options.MaximumStreams
            ? $"The gateway already carries {services.Options.MaximumStreams} streams"
            : null;
    }

    private void Announce(PublishLease lease, PublishLease? previous, bool takesOver)
    {
        if (previous is null)
        {
            services.Metrics.StreamStarted();
            logger.StreamPublished(lease.Stream.Key, lease.Control.Protocol, lease.Tracks);
            _waiters.Published(lease.Stream);
            return;
        }

        logger.StreamContinued(lease.Stream.Key, lease.Control.Protocol, lease.Tracks, takesOver);
        if (takesOver)
        {
            previous.Control.End(SessionEndReason.StreamTakenOver, TakenOver);
        }
    }

    private bool Remove(LiveStream stream)
    {
        bool removed = _streams.TryRemove(KeyValuePair.Create(stream.Key, stream));
        _count -= removed ? 1 : 0;
        return removed;
    }

    private void Finish(LiveStream stream, StreamEndReason reason)
    {
        StreamSnapshot last = stream.Snapshot();
        stream.End(reason);
        services.Metrics.StreamEnded();
        logger.StreamEnded(
            stream.Key, reason, last.Age.TotalSeconds, last.Bytes, last.VideoFrames, last.AudioFrames, last.KeyframeRequests);
    }
}
