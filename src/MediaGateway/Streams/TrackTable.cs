using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// Which tracks a publisher announced and which have shown their format. A stream is ready to start for viewers when all of the announced
/// ones have, or when the wait is over: a track that was promised and never comes must not hold the other one back. Used under the
/// stream's lock.
/// </summary>
/// <param name="expected">What the publisher announced.</param>
internal sealed class TrackTable(ExpectedTracks expected)
{
    /// <summary>How long after the first frame a missing track is waited for.</summary>
    public static readonly TimeSpan GatherLimit = TimeSpan.FromSeconds(2);

    private ExpectedTracks _expected = expected;
    private TimeSpan _firstFrameAt = TimeSpan.MaxValue;

    /// <summary>The format of the newest picture, or null before the first.</summary>
    public TrackFormat? Video { get; private set; }

    /// <summary>The format of the newest sound as the publisher sends it, or null before the first.</summary>
    public TrackFormat? Audio { get; private set; }

    /// <summary>Whether there are pictures, or may still be.</summary>
    public bool MayHaveVideo => Video is not null || _expected.HasFlag(ExpectedTracks.Video);

    /// <summary>The publisher says more exactly what it sends.</summary>
    public void Announce(ExpectedTracks tracks) => _expected = tracks;

    /// <summary>Notes a frame of the publisher's pictures or sound.</summary>
    /// <returns>Whether the sound has another codec from this frame on.</returns>
    public bool Note(MediaFrame frame, TimeSpan now)
    {
        if (_firstFrameAt == TimeSpan.MaxValue)
        {
            _firstFrameAt = now;
        }

        if (frame.Kind == TrackKind.Video)
        {
            Video = frame.Format;
            return false;
        }

        CodecId? before = Audio?.Codec;
        Audio = frame.Format;
        return before != frame.Format.Codec;
    }

    /// <summary>Whether viewers may start with the tracks that are there.</summary>
    public bool IsReady(TimeSpan now)
    {
        if (_firstFrameAt == TimeSpan.MaxValue)
        {
            return false;
        }

        bool complete = (Video is not null || !_expected.HasFlag(ExpectedTracks.Video))
            && (Audio is not null || !_expected.HasFlag(ExpectedTracks.Audio));
        return complete || now - _firstFrameAt >= GatherLimit;
    }
}
