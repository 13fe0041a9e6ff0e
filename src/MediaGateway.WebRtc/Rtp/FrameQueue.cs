using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// Frames of all tracks on their way out, stamped by the stream's timeline. As long as its owner takes everything after each input it
/// holds no more frames than the reordering buffers held packets.
/// </summary>
internal sealed class FrameQueue(StreamTimeline timeline) : IDisposable
{
    private readonly Queue<MediaFrame> _frames = new(64);

    /// <summary>The stamp of a frame that leaves now.</summary>
    public MediaTime Stamp(int track, long rtpTime) => timeline.Stamp(track, rtpTime);

    /// <summary>Whether a frame of sound is left over from before its peer was connected.</summary>
    public bool WasQueued(int track, long rtpTime) => timeline.WasQueued(track, rtpTime);

    /// <summary>Takes a frame and the reference to it, and counts it.</summary>
    public void Add(MediaFrame frame, TrackStatistics statistics)
    {
        statistics.Frames++;
        statistics.Keyframes += frame.IsKeyframe && frame.Kind == TrackKind.Video ? 1 : 0;
        _frames.Enqueue(frame);
    }

    /// <summary>Hands out the oldest frame; the caller owns the reference.</summary>
    public bool TryTake(out MediaFrame? frame) => _frames.TryDequeue(out frame);

    /// <summary>Releases what was not taken.</summary>
    public void Dispose()
    {
        while (_frames.TryDequeue(out MediaFrame? frame))
        {
            frame.Release();
        }
    }
}
