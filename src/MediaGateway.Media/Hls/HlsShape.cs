namespace MediaGateway.Media.Hls;

/// <summary>How a stream is cut. Immutable.</summary>
public sealed record HlsShape
{
    /// <summary>How long a segment is to last: the first keyframe after three quarters of it ends the segment.</summary>
    public required TimeSpan SegmentDuration { get; init; }

    /// <summary>How long a part may last, as far as the frame rate allows.</summary>
    public required TimeSpan PartDuration { get; init; }

    /// <summary>How much of the stream can be played back to.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Bytes of memory that the window may take; the oldest segments go first.</summary>
    public required long WindowBytes { get; init; }

    /// <summary>The longest group of pictures whose end is waited for; longer ones are cut where they are not to be.</summary>
    public TimeSpan LongestGroup { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the publisher makes a keyframe when asked, so that the length of segments is known from the start. Otherwise nothing is
    /// listed before the first segment has ended.
    /// </summary>
    public bool HasKeyframesOnRequest { get; init; }

    /// <summary>The number of the first segment: never lower than that of a segment that a player may have seen at the same address.</summary>
    public long FirstNumber { get; init; }

    /// <summary>
    /// The discontinuity sequence number of the first segment; the same for the levels of a ladder, by which players match them.
    /// </summary>
    public long FirstDiscontinuity { get; init; }

    /// <summary>
    /// Tells in which segment of a level that is cut already a time lies, in microseconds of the stream's own timeline, and whether a keyframe
    /// is there: the first segment has the number and the age of that one, so that the levels are cut at the same keyframes under the same
    /// numbers. Null, and a null answer: there is none to follow.
    /// </summary>
    public Func<long, bool, HlsPlace?>? Follow { get; init; }

    /// <summary>The age of a segment at which the next keyframe ends it.</summary>
    public long MicrosecondsToKeyframe => (long)SegmentDuration.TotalMicroseconds / 4 * 3;
}
