using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The right to feed one stream. One owner, which calls <see cref="Publish"/> from one thread at a time; disposing it, from any thread,
/// ends the stream and frees the name. Another publisher may take the stream over: from then on every call is without effect.
/// </summary>
internal sealed class PublishLease : IDisposable
{
    private readonly StreamRegistry _registry;
    private int _ended;

    internal PublishLease(StreamRegistry registry, LiveStream stream, long number, ExpectedTracks tracks, IPublisherControl control)
    {
        _registry = registry;
        (Stream, Number, Tracks, Control) = (stream, number, tracks, control);
    }

    /// <summary>The stream that is fed.</summary>
    public LiveStream Stream { get; }

    /// <summary>Grows with every lease: of two leases of one stream the higher number took over from the lower.</summary>
    public long Number { get; }

    /// <summary>What the publisher announced.</summary>
    public ExpectedTracks Tracks { get; }

    /// <summary>How the hub reaches the publisher.</summary>
    public IPublisherControl Control { get; }

    /// <summary>Whether it still feeds the stream: false once it has ended or was taken over.</summary>
    public bool IsCurrent => Stream.IsFedBy(this);

    /// <summary>Whether the stream has a name in the registry. One without is a rendition: it never waits for another publisher.</summary>
    internal bool IsListed { get; init; } = true;

    /// <summary>Ends the wait for another publisher. Under the registry's lock.</summary>
    internal ITimer? GraceTimer { get; set; }

    /// <summary>Publishes a frame. Consumes the caller's reference, also when the stream has ended.</summary>
    public void Publish(MediaFrame frame) => Stream.Publish(this, frame);

    /// <summary>Says what the publisher says of the stream as a whole; viewers are told, now and when they join.</summary>
    public void Describe(StreamMetadata metadata) => Stream.Describe(this, metadata);

    /// <summary>Says more exactly which tracks there will be, for a publisher who learns it after the lease: others are not waited for.</summary>
    public void Announce(ExpectedTracks tracks) => Stream.Announce(this, tracks);

    /// <summary>
    /// Ends the stream for the given reason: every outlet is told once. With <see cref="StreamEndReason.PublisherLost"/> the stream waits for
    /// another publisher first, for <c>Streams:ReconnectGrace</c>. Further calls do nothing.
    /// </summary>
    public void End(StreamEndReason reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _registry.End(this, reason);
        }
    }

    /// <summary>Ends the stream because its publisher has stopped.</summary>
    public void Dispose() => End(StreamEndReason.Unpublished);

    /// <summary>Ends the stream while it waits for another publisher; without effect when it does not.</summary>
    internal void Abandon(StreamEndReason reason) => _registry.Abandon(this, reason);
}
