using System.Collections.Concurrent;
using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>The streams that are being published, by name: one publisher each. Any thread.</summary>
internal sealed class StreamRegistry(StreamServices services, ILogger<StreamRegistry> logger)
{
    /// <summary>What the second publisher of a name is told, word for word on every protocol.</summary>
    public const string NameInUse = "Stream name is already in use";

    private readonly ConcurrentDictionary<StreamKey, LiveStream> _streams = new();
    private int _count;

    /// <summary>The streams of this moment.</summary>
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
        refusal = null;
        if (Interlocked.Increment(ref _count) > services.Options.MaximumStreams)
        {
            Interlocked.Decrement(ref _count);
            refusal = $"The gateway already carries {services.Options.MaximumStreams} streams";
            return null;
        }

        var stream = new LiveStream(key, tracks, control, services);
        if (!_streams.TryAdd(key, stream))
        {
            Interlocked.Decrement(ref _count);
            refusal = NameInUse;
            return null;
        }

        services.Metrics.StreamStarted();
        logger.StreamPublished(key, tracks);
        return new PublishLease(this, stream);
    }

    /// <summary>The stream of that name, or null when nobody publishes it.</summary>
    public LiveStream? Find(StreamKey key) => _streams.GetValueOrDefault(key);

    /// <summary>Asks every publisher to end.</summary>
    public void EndAll(SessionEndReason reason, string detail)
    {
        foreach (LiveStream stream in Streams)
        {
            stream.EndPublisher(reason, detail);
        }
    }

    /// <summary>Ends the stream and frees its name, if it still stands for this very stream. Only its lease calls it, once.</summary>
    internal void End(LiveStream stream, StreamEndReason reason)
    {
        if (_streams.TryRemove(KeyValuePair.Create(stream.Key, stream)))
        {
            Interlocked.Decrement(ref _count);
        }

        StreamSnapshot last = stream.Snapshot();
        stream.End(reason);
        services.Metrics.StreamEnded();
        logger.StreamEnded(
            stream.Key, reason, last.Age.TotalSeconds, last.Bytes, last.VideoFrames, last.AudioFrames, last.KeyframeRequests);
    }
}
