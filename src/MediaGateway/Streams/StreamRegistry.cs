using System.Collections.Concurrent;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>The streams that are being published, by name: one publisher each. Any thread.</summary>
internal sealed class StreamRegistry(IOptions<StreamOptions> options, GatewayClock clock)
{
    /// <summary>What the second publisher of a name is told, word for word on every protocol.</summary>
    public const string NameInUse = "Stream name is already in use";

    private readonly ConcurrentDictionary<StreamKey, LiveStream> _streams = new();
    private readonly StreamOptions _options = options.Value;
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
        if (Interlocked.Increment(ref _count) > _options.MaximumStreams)
        {
            Interlocked.Decrement(ref _count);
            refusal = $"The gateway already carries {_options.MaximumStreams} streams";
            return null;
        }

        var stream = new LiveStream(key, tracks, control, _options, clock);
        if (!_streams.TryAdd(key, stream))
        {
            Interlocked.Decrement(ref _count);
            refusal = NameInUse;
            return null;
        }

        return new PublishLease(this, stream);
    }

    /// <summary>The stream of that name, or null when nobody publishes it.</summary>
    public LiveStream? Find(StreamKey key) => _streams.GetValueOrDefault(key);

    /// <summary>Frees the name, if it still stands for this very stream. Only its lease calls it.</summary>
    internal void Remove(LiveStream stream)
    {
        if (_streams.TryRemove(KeyValuePair.Create(stream.Key, stream)))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
