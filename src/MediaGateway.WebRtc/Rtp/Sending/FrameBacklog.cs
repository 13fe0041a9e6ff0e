using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>A frame that waits to be sent.</summary>
/// <param name="Frame">The frame; whoever holds the value owns a reference.</param>
/// <param name="Timestamp">Its RTP timestamp.</param>
/// <param name="QueuedAt">Since when.</param>
internal readonly record struct WaitingFrame(MediaFrame Frame, uint Timestamp, TimeSpan QueuedAt);

/// <summary>
/// Frames of one track that wait to be sent, oldest first. Its owner bounds it by what it drops; beyond <see cref="MaximumFrames"/>
/// nothing is taken.
/// </summary>
internal sealed class FrameBacklog : IDisposable
{
    /// <summary>Frames that wait at most: a group of twenty seconds at fifty pictures a second.</summary>
    public const int MaximumFrames = 1024;

    private readonly Queue<WaitingFrame> _frames = new(16);

    /// <summary>Frames that wait.</summary>
    public int Count => _frames.Count;

    /// <summary>Bytes of payload that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether one more frame is taken.</summary>
    public bool HasRoom => _frames.Count < MaximumFrames;

    /// <summary>Adds a frame, and a reference to it.</summary>
    public void Add(MediaFrame frame, uint timestamp, TimeSpan now)
    {
        _frames.Enqueue(new WaitingFrame(frame.AddReference(), timestamp, now));
        Bytes += frame.Length;
    }

    /// <summary>The oldest frame, which stays.</summary>
    public bool TryPeek(out WaitingFrame frame) => _frames.TryPeek(out frame);

    /// <summary>Takes the oldest frame; the caller owns the reference.</summary>
    public bool TryTake(out WaitingFrame frame)
    {
        bool taken = _frames.TryDequeue(out frame);
        Bytes -= taken ? frame.Frame.Length : 0;
        return taken;
    }

    /// <summary>Drops what waits before the newest keyframe, or everything when there is none.</summary>
    /// <returns>How many frames were dropped.</returns>
    public int DropToNewestKeyframe()
    {
        int position = 0;
        int keyframe = _frames.Count;
        foreach (WaitingFrame waiting in _frames)
        {
            keyframe = waiting.Frame.IsKeyframe ? position : keyframe;
            position++;
        }

        return DropOldest(keyframe);
    }

    /// <summary>Drops the oldest frames.</summary>
    /// <returns>How many frames were dropped.</returns>
    public int DropOldest(int count)
    {
        for (int i = 0; i < count && TryTake(out WaitingFrame dropped); i++)
        {
            dropped.Frame.Release();
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => DropOldest(_frames.Count);
}
