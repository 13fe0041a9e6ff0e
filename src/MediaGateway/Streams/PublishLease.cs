using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The right to feed one stream. One owner, which calls <see cref="Publish"/> from one thread at a time; disposing it, from any thread,
/// ends the stream and frees the name.
/// </summary>
internal sealed class PublishLease : IDisposable
{
    private readonly StreamRegistry _registry;
    private int _ended;

    internal PublishLease(StreamRegistry registry, LiveStream stream)
    {
        _registry = registry;
        Stream = stream;
    }

    /// <summary>The stream that is fed.</summary>
    public LiveStream Stream { get; }

    /// <summary>Publishes a frame. Consumes the caller's reference, also when the stream has ended.</summary>
    public void Publish(MediaFrame frame) => Stream.Publish(frame);

    /// <summary>Says what the publisher says of the stream as a whole; viewers are told, now and when they join.</summary>
    public void Describe(StreamMetadata metadata) => Stream.Describe(metadata);

    /// <summary>Ends the stream for the given reason: every outlet is told once. Further calls do nothing.</summary>
    public void End(StreamEndReason reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _registry.End(Stream, reason);
        }
    }

    /// <summary>Ends the stream because its publisher has stopped.</summary>
    public void Dispose() => End(StreamEndReason.Unpublished);
}
