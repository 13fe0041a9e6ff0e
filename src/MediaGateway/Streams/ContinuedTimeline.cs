using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The one timeline that viewers of a stream see, however many publishers feed it one after the other. The first publisher's times are
/// the stream's. Those of every further one are moved by one offset, the same for all tracks, so that they go on after the last frame
/// by the time that has really passed. Used under the stream's lock.
/// </summary>
internal sealed class ContinuedTimeline
{
    /// <summary>The shortest step from one publisher's last frame to the next one's first: players take equal times for an error.</summary>
    private static readonly TimeSpan ShortestGap = TimeSpan.FromMilliseconds(1);

    private Track _audio = Track.None;
    private Track _video = Track.None;
    private TimeSpan _newest = TimeSpan.MinValue;
    private TimeSpan _newestAt;
    private TimeSpan _offset;
    private bool _isMoved;
    private bool _isAnchored;

    /// <summary>Another publisher feeds the stream from now on.</summary>
    public void Continue()
    {
        _isMoved = _newest != TimeSpan.MinValue;
        _isAnchored = false;
        _audio = _audio with { HasContinued = false };
        _video = _video with { HasContinued = false };
    }

    /// <summary>Puts a frame of the stream's own pictures or sound in its place; takes over the reference and gives one back.</summary>
    public MediaFrame Place(MediaFrame frame, TimeSpan now)
    {
        ref Track track = ref frame.Kind == TrackKind.Video ? ref _video : ref _audio;
        if (_isMoved)
        {
            Anchor(frame, now);
            Settle(ref track, frame);
            frame = frame.Restamped(_offset);
        }

        TimeSpan time = frame.Decoding.ToTimeSpan();
        track = new Track(time, HasContinued: true);
        _newest = time > _newest ? time : _newest;
        _newestAt = now;
        return frame;
    }

    /// <summary>
    /// Puts a frame of data or of a further track in its place; takes over the reference and gives one back. Pictures and sound alone say
    /// where a publisher's time stands: what comes before them goes where they are going to.
    /// </summary>
    public MediaFrame PlaceAside(MediaFrame frame, TimeSpan now)
    {
        if (!_isMoved)
        {
            return frame;
        }

        return frame.Restamped(_isAnchored ? _offset : OffsetTo(Target(now), frame));
    }

    private void Anchor(MediaFrame frame, TimeSpan now)
    {
        if (!_isAnchored)
        {
            _isAnchored = true;
            _offset = OffsetTo(Target(now), frame);
        }
    }

    /// <summary>
    /// The tracks of a publisher do not begin at the same instant: the first frame of the second track may lie before what was last seen
    /// of it. Then everything moves on by what is missing; nothing ever goes back.
    /// </summary>
    private void Settle(ref Track track, MediaFrame frame)
    {
        if (!track.HasContinued && track.Last != TimeSpan.MinValue && frame.Decoding.ToTimeSpan() + _offset <= track.Last)
        {
            _offset = OffsetTo(track.Last + ShortestGap, frame);
        }
    }

    private TimeSpan Target(TimeSpan now)
    {
        TimeSpan gap = now - _newestAt;
        return _newest + (gap > ShortestGap ? gap : ShortestGap);
    }

    /// <summary>Whole milliseconds, rounded up: exact at every customary clock rate.</summary>
    private static TimeSpan OffsetTo(TimeSpan target, MediaFrame frame) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((target - frame.Decoding.ToTimeSpan()).TotalMilliseconds));

    /// <summary>One track's newest time, and whether it comes from the publisher of now.</summary>
    private readonly record struct Track(TimeSpan Last, bool HasContinued)
    {
        public static Track None => new(TimeSpan.MinValue, false);
    }
}
