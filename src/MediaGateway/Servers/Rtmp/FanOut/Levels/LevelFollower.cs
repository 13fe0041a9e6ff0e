using MediaGateway.Native.Linux;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut.Levels;

/// <summary>Follows one viewer's network and says which level fits it. Used by the worker's thread only.</summary>
/// <param name="now">Gateway time.</param>
internal sealed class LevelFollower(TimeSpan now)
{
    private readonly LinkMeter _meter = new();
    private readonly LevelChooser _chooser = new(now);

    /// <summary>Whether the network should be looked at again soon.</summary>
    public bool IsMeasuring => _meter.IsMeasuring;

    /// <summary>Takes the levels and which of them is sent now.</summary>
    public void Take(ReadOnlySpan<LevelRate> levels, StreamKey? current) => _chooser.Take(levels, current);

    /// <summary>The viewer has got the first frame of a level.</summary>
    public void NoteChanged(StreamKey key, TimeSpan now) => _chooser.NoteChanged(key, now);

    /// <summary>A level could not be given.</summary>
    public void NoteFailed(StreamKey key, TimeSpan now) => _chooser.NoteFailed(key, now);

    /// <summary>Looks at the connection; a wish when another level would fit better.</summary>
    /// <param name="now">Gateway time.</param>
    /// <param name="socket">The connection.</param>
    /// <param name="sentBytes">What it has taken so far.</param>
    /// <param name="cursor">What is still to be sent.</param>
    public LevelWish? Look(TimeSpan now, IViewerSocket socket, long sentBytes, MediaCursor cursor)
    {
        if (!socket.TryMeasure(out SocketQueue queue))
        {
            queue = default;
        }

        _meter.Look(now, sentBytes, queue);
        TimeSpan delay = _meter.Delay + TimeSpan.FromMilliseconds(cursor.Lag);
        return cursor.IsPaused ? null : _chooser.Look(now, delay, _meter.DrainRate(now), _meter.LastBurst(now));
    }
}
