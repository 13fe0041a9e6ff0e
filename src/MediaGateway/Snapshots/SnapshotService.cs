using System.Collections.Concurrent;
using System.Globalization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Native.FFmpeg;
using MediaGateway.Native.Video;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Snapshots;

/// <summary>
/// Makes pictures of live streams: the newest keyframe, decoded once for everybody who asks within <c>Snapshots:Lifetime</c>. No more than
/// <c>Snapshots:MaximumConcurrent</c> are made at once; more wait, and beyond <see cref="MaximumWaiting"/> are refused. Any thread.
/// </summary>
internal sealed class SnapshotService(
    IOptions<SnapshotOptions> options, GatewayClock clock, TimeProvider time, ILogger<SnapshotService> logger) : IDisposable
{
    /// <summary>Pictures that may wait to be made.</summary>
    public const int MaximumWaiting = 64;

    private readonly ConcurrentDictionary<Wish, Entry> _entries = new();
    private readonly SemaphoreSlim _places = new(options.Value.MaximumConcurrent);
    private int _waiting;
    private long _lastTag;

    /// <summary>Pictures kept.</summary>
    public int Count => _entries.Count;

    /// <summary>How many pictures were made.</summary>
    public long Made => Volatile.Read(ref _lastTag);

    /// <summary>A picture of a stream, made now or a moment ago.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="format">How it is to be stored.</param>
    /// <param name="maximumWidth">A wider one is made smaller; 0: as it is.</param>
    /// <param name="cancellationToken">Gives up the wait; the picture is still made for others.</param>
    public Task<Snapshot> TakeAsync(LiveStream stream, StillFormat format, int maximumWidth, CancellationToken cancellationToken)
    {
        TimeSpan now = clock.Now;
        Forget(now);
        var wish = new Wish(stream, format, maximumWidth);
        Entry entry = _entries.AddOrUpdate(
            wish,
            static (key, state) => state.Service.Begin(key, state.Now),
            static (key, old, state) => state.Service.IsFresh(old, state.Now) ? old : state.Service.Begin(key, state.Now),
            (Service: this, Now: now));
        return entry.Picture.Value.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    // The dictionary may call this twice for one entry: nothing happens before the value is asked for.
    private Entry Begin(Wish wish, TimeSpan now) => new(now, new Lazy<Task<Snapshot>>(() => MakeAsync(wish)));

    private bool IsFresh(Entry entry, TimeSpan now) => now - entry.BegunAt < options.Value.Lifetime;

    /// <summary>Lets old pictures go: of a stream that nobody looks at none is kept.</summary>
    private void Forget(TimeSpan now)
    {
        foreach (KeyValuePair<Wish, Entry> pair in _entries)
        {
            bool isDone = !pair.Value.Picture.IsValueCreated || pair.Value.Picture.Value.IsCompleted;
            if (isDone && !IsFresh(pair.Value, now))
            {
                _entries.TryRemove(pair);
            }
        }
    }

    private async Task<Snapshot> MakeAsync(Wish wish)
    {
        if (Interlocked.Increment(ref _waiting) > MaximumWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return Snapshot.None("Too many pictures are asked for at once.");
        }

        try
        {
            MediaFrame? keyframe = await KeyframeCatcher.CatchAsync(wish.Stream, options.Value.Patience, time);
            return keyframe is null ? Snapshot.None("The stream has no picture to show.") : await EncodeAsync(wish, keyframe);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<Snapshot> EncodeAsync(Wish wish, MediaFrame keyframe)
    {
        await _places.WaitAsync();
        try
        {
            StillPicture picture = await Task.Run(() => StillPicture.Make(keyframe, wish.Format, wish.MaximumWidth));
            long number = Interlocked.Increment(ref _lastTag);
            return new Snapshot(picture.Data, string.Create(CultureInfo.InvariantCulture, $"\"{clock.Now.Ticks:x}-{number:x}\""), null);
        }
        catch (Exception exception) when (exception is FFmpegException or NotSupportedException)
        {
            logger.SnapshotFailed(wish.Stream.Key, exception.Message);
            return Snapshot.None("The stream's pictures cannot be decoded.");
        }
        finally
        {
            keyframe.Release();
            _places.Release();
        }
    }

    /// <summary>What is asked for.</summary>
    private readonly record struct Wish(LiveStream Stream, StillFormat Format, int MaximumWidth);

    /// <summary>A picture that is there or is being made.</summary>
    private sealed record Entry(TimeSpan BegunAt, Lazy<Task<Snapshot>> Picture);
}
