using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// Keeps the times of an RTMP publisher on one timeline that never goes back: encoders start again at 0 within a connection, jump to
/// another clock, or send a frame a little too early. Times are whole milliseconds that have been unwrapped already. Times of a normal
/// publisher pass unchanged. One owner, one thread.
/// </summary>
internal sealed class PublishTimeline
{
    /// <summary>A track that steps back by no more than this has jitter: its time stands still. By more, it has begun anew.</summary>
    public const long BackwardTolerance = 1000;

    /// <summary>A track that steps further ahead than this beyond the time that has passed has jumped to another clock.</summary>
    public const long ForwardTolerance = 10_000;

    /// <summary>The step of the timeline at a jump, at least: two frames at the same time would be one to some players.</summary>
    private const long SmallestGap = 1;

    private readonly Track _audio = new();
    private readonly Track _video = new();
    private long _newest = long.MinValue;
    private TimeSpan _newestAt;
    private long _offset;

    /// <summary>How often the publisher's clock has jumped.</summary>
    public int Jumps { get; private set; }

    /// <summary>How many times were moved because they lay before the one in front of them.</summary>
    public long Corrections { get; private set; }

    /// <summary>The time on the stream's timeline at which a frame is decoded.</summary>
    /// <param name="kind">Sound or pictures of the track that everybody gets; for data and further tracks see <see cref="Follow"/>.</param>
    /// <param name="decoding">The publisher's time.</param>
    /// <param name="receivedAt">When the frame came: how long a gap in the publisher's clock really was.</param>
    public long Place(TrackKind kind, long decoding, TimeSpan receivedAt)
    {
        (Track track, Track other) = kind == TrackKind.Video ? (_video, _audio) : (_audio, _video);
        if (!Continues(track, decoding, track.Offset, receivedAt))
        {
            ChooseOffset(track, other, decoding, receivedAt);
        }

        long placed = decoding + track.Offset;
        if (placed < track.Last)
        {
            placed = track.Last;
            Corrections++;
        }

        track.Last = placed;
        _offset = track.Offset;
        if (placed >= _newest)
        {
            (_newest, _newestAt) = (placed, receivedAt);
        }

        return placed;
    }

    /// <summary>The time of something that goes along with the tracks: data, or a further track of a multitrack stream.</summary>
    public long Follow(long decoding) => decoding + _offset;

    private bool Continues(Track track, long decoding, long offset, TimeSpan receivedAt)
    {
        if (_newest == long.MinValue)
        {
            return true;
        }

        long placed = decoding + offset;
        long passed = Passed(receivedAt);
        bool isAheadEnough = track.HasBegun ? placed >= track.Last - BackwardTolerance : placed >= _newest - ForwardTolerance;
        return isAheadEnough && placed <= _newest + passed + ForwardTolerance && (track.HasBegun || offset == _offset);
    }

    /// <summary>The clock of the other track if it fits, as both jump together; else the timeline goes on by the time that has passed.</summary>
    private void ChooseOffset(Track track, Track other, long decoding, TimeSpan receivedAt)
    {
        if (other.HasBegun && Continues(track, decoding, other.Offset, receivedAt))
        {
            track.Offset = other.Offset;
            return;
        }

        Jumps++;
        track.Offset = _newest + Math.Clamp(Passed(receivedAt), SmallestGap, ForwardTolerance) - decoding;
    }

    private long Passed(TimeSpan receivedAt) => Math.Max(0, (long)(receivedAt - _newestAt).TotalMilliseconds);

    /// <summary>What is remembered of one track.</summary>
    private sealed class Track
    {
        /// <summary>The time of its last frame on the timeline.</summary>
        public long Last { get; set; } = long.MinValue;

        /// <summary>Whether it has had a frame.</summary>
        public bool HasBegun => Last != long.MinValue;

        /// <summary>What is added to the publisher's times.</summary>
        public long Offset { get; set; }
    }
}
