using System.Collections.Concurrent;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// The streams of which segments are made: begun by the first request, ended when nobody has asked for <c>Hls:IdleTime</c>. What an ended
/// stream has left stays as long, so that its viewers see the end. Any thread.
/// </summary>
internal sealed class HlsStreams(HlsServices services, StreamFinder finder, StreamRegistry registry, ILadder ladder)
{
    /// <summary>
    /// Discontinuity sequence numbers stay below this and what follows in one run: hls.js walks through all smaller ones for every part that it
    /// reads. They begin again every few days.
    /// </summary>
    public const int DiscontinuityNumbers = 1 << 15;

    // A gateway is not started twice within this time.
    private const int SecondsPerDiscontinuityNumber = 10;

    // A segment lasts a tenth of a second at least, where pictures come so unevenly that a part ends it.
    private const double SegmentsPerSecond = 10;

    // Addresses whose last number is known; for further ones the highest of all stands in.
    private const int MaximumLastNumbers = 1000;

    private static readonly DateTimeOffset NumbersBegin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<(StreamKey Key, HlsContainer Container), HlsMuxer> _byStream = new();
    private readonly ConcurrentDictionary<string, HlsMuxer> _byEpoch = new(StringComparer.Ordinal);
    private readonly Dictionary<(StreamKey Key, HlsContainer Container), long> _lastNumbers = [];
    private long _lastNumbersBefore;
    private long _lastNumber;
    private Task? _closing;
    private bool _isClosed;

    /// <summary>Streams of which segments are made or kept.</summary>
    public int Count => _byEpoch.Count;

    /// <summary>The muxer of a stream, begun if need be; waits for a stream that is on its way.</summary>
    /// <returns>The muxer, or why there is none in words; null words: nobody publishes the stream.</returns>
    public async Task<(HlsMuxer? Muxer, string? Refusal)> GetAsync(StreamKey key, HlsContainer container, CancellationToken cancellation)
    {
        // The muxer hears a little later than everybody else that its stream is over.
        if (_byStream.TryGetValue((key, container), out HlsMuxer? muxer) && !muxer.HasEnded && muxer.Stream.State != StreamState.Ended)
        {
            muxer.Touch();
            return (muxer, null);
        }

        if (Volatile.Read(ref _isClosed))
        {
            return (null, "The gateway is shutting down.");
        }

        (LiveStream? stream, string? refusal) = await finder.FindAsync(registry, new StreamQuery(key), services.Time, cancellation);
        muxer = (stream is null ? null : Begin(stream, key, container)) ?? muxer;
        muxer?.Touch();
        return (muxer, refusal);
    }

    /// <summary>The muxer of a stream if there is one that goes on, without asking it for anything; null otherwise.</summary>
    public HlsMuxer? FindRunning(StreamKey key, HlsContainer container) =>
        _byStream.TryGetValue((key, container), out HlsMuxer? muxer) && !muxer.HasEnded ? muxer : null;

    /// <summary>The muxer whose segments have that epoch in their addresses, or null.</summary>
    public HlsMuxer? Find(StreamKey key, string epoch)
    {
        if (!_byEpoch.TryGetValue(epoch, out HlsMuxer? muxer) || muxer.Stream.Key != key)
        {
            return null;
        }

        muxer.Touch();
        return muxer;
    }

    /// <summary>Ends what nobody has asked for.</summary>
    public async Task SweepAsync()
    {
        TimeSpan now = services.Clock.Now;
        foreach (HlsMuxer muxer in _byEpoch.Values)
        {
            if (now - muxer.LastAsked >= services.Options.IdleTime)
            {
                await RemoveAsync(muxer, "Nobody asks for them");
            }
        }
    }

    /// <summary>Ends everything; nothing is begun any more. Later calls wait for the first.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            return _closing ??= Task.Run(RemoveAllAsync);
        }
    }

    private async Task RemoveAllAsync()
    {
        foreach (HlsMuxer muxer in _byEpoch.Values)
        {
            await RemoveAsync(muxer, "The gateway is shutting down");
        }
    }

    private HlsMuxer? Begin(LiveStream stream, StreamKey key, HlsContainer container)
    {
        lock (_lock)
        {
            if (_byStream.TryGetValue((key, container), out HlsMuxer? running) && ReferenceEquals(running.Stream, stream))
            {
                return running;
            }

            // Numbers never go back at an address, also when the gateway or the stream has begun anew: no run makes more in a second.
            long first = Math.Max(NumberNow(), Math.Max(_lastNumber, running?.NextNumber ?? 0) + 1);
            HlsMuxer? sibling = SiblingOf(key, container);
            LiveStream source = ladder.StreamOf(key) is { } name && registry.Find(name) is { } found ? found : stream;
            var muxer = new HlsMuxer(stream, container, first, DiscontinuityAt(source.Snapshot().Age), sibling, services);
            if (_isClosed || !muxer.TryStart())
            {
                return null;
            }

            _lastNumber = Math.Max(_lastNumber, running?.NextNumber ?? 0);
            _byStream[(key, container)] = muxer;
            _byEpoch[muxer.Epoch] = muxer;
            return muxer;
        }
    }

    // Another level that is cut already, if its numbers are above all that may have been seen at this address.
    private HlsMuxer? SiblingOf(StreamKey key, HlsContainer container)
    {
        long seen = Math.Max(_lastNumbersBefore, _lastNumbers.GetValueOrDefault((key, container)));
        return ladder.KeysOf(ladder.StreamOf(key) ?? key)
            .Where(other => other != key)
            .Select(other => FindRunning(other, container))
            .FirstOrDefault(muxer => muxer is not null && muxer.NextNumber > seen);
    }

    // The same for every level of a source, whenever it is first asked for: players change levels by these numbers.
    private long DiscontinuityAt(TimeSpan ago) =>
        (services.Time.GetUtcNow() - ago).ToUnixTimeSeconds() / SecondsPerDiscontinuityNumber % DiscontinuityNumbers;

    private long NumberNow() => (long)Math.Round((services.Time.GetUtcNow() - NumbersBegin).TotalSeconds * SegmentsPerSecond);

    private async Task RemoveAsync(HlsMuxer muxer, string reason)
    {
        lock (_lock)
        {
            _byStream.TryRemove(KeyValuePair.Create((muxer.Stream.Key, muxer.Container), muxer));
            _byEpoch.TryRemove(KeyValuePair.Create(muxer.Epoch, muxer));
            _lastNumber = Math.Max(_lastNumber, muxer.NextNumber);
            if (_lastNumbers.Count >= MaximumLastNumbers)
            {
                _lastNumbers.Clear();
                _lastNumbersBefore = _lastNumber;
            }

            _lastNumbers[(muxer.Stream.Key, muxer.Container)] = muxer.NextNumber;
        }

        await muxer.StopAsync(reason);
    }
}
