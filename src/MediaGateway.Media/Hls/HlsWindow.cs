namespace MediaGateway.Media.Hls;

/// <summary>
/// The segments of a live stream that players may ask for, oldest first, the growing one last. Bounded in time and memory. The playlist
/// lists the newest of them; those that have just left it stay a little longer for players on their way. Not thread-safe: the owner's lock.
/// </summary>
/// <param name="shape">How much is kept.</param>
public sealed class HlsWindow(HlsShape shape)
{
    /// <summary>Segments that are kept after they have left the playlist.</summary>
    public const int KeptBeyondPlaylist = 3;

    /// <summary>Complete segments that are listed whatever memory they take: players need three to begin.</summary>
    public const int LeastListed = 3;

    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly List<HlsSegment> _segments = [];
    private int _unlisted;
    private long _listedMicroseconds;
    private long _bytes;

    /// <summary>
    /// The value of <c>EXT-X-TARGETDURATION</c>, in seconds; 0 while it is not known, and nothing is listed. Once known it never changes.
    /// </summary>
    public int TargetSeconds { get; private set; }

    /// <summary>The longest part (<c>PART-TARGET</c>); 0 while it is not known.</summary>
    public long PartTargetMicroseconds { get; private set; }

    /// <summary>
    /// Whether players can be told anything: the target durations are known and there is a complete segment. Parts alone are no playlist for
    /// those who do not know parts, and for hls.js.
    /// </summary>
    public bool IsListed =>
        TargetSeconds > 0 && PartTargetMicroseconds > 0 && _segments.Count > _unlisted && _segments[_unlisted].IsComplete;

    /// <summary>Whether <see cref="LeastListed"/> complete segments are listed: as much as players stay behind who know no parts.</summary>
    public bool IsLongEnough => Listed is [.., { IsComplete: var isWhole }] listed && listed.Length - (isWhole ? 0 : 1) >= LeastListed;

    /// <summary>Whether nothing will be added.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Grows with every part, segment and the end: a playlist of the same version is the same.</summary>
    public long Version { get; private set; }

    /// <summary>Discontinuities before the first listed segment (RFC 8216bis 4.4.3.3).</summary>
    public long DiscontinuitySequence { get; private set; } = shape.FirstDiscontinuity;

    /// <summary>Bytes of memory kept.</summary>
    public long Bytes => _bytes;

    /// <summary>Segments that the playlist lists, the growing one last.</summary>
    public ReadOnlySpan<HlsSegment> Listed => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_segments)[_unlisted..];

    /// <summary>The newest segment, or null.</summary>
    public HlsSegment? Newest => _segments.Count > 0 ? _segments[^1] : null;

    /// <summary>Segments begun so far.</summary>
    public long Made { get; private set; }

    /// <summary>Segments that left the playlist before their time, because all that are kept took too much memory.</summary>
    public long Discarded { get; private set; }

    /// <summary>The last segment that players may know parts of, and the number of its last part; null while nothing is listed.</summary>
    public (long Number, int? Part)? LastTold
    {
        get
        {
            for (int index = _segments.Count - 1; index >= _unlisted && IsListed; index--)
            {
                HlsSegment segment = _segments[index];
                bool hasParts = segment is { ListsParts: true, Parts.Count: > 0 };
                if (hasParts || segment.IsComplete)
                {
                    return (segment.Number, hasParts ? segment.Parts.Count - 1 : null);
                }
            }

            return null;
        }
    }

    /// <summary>The number that the next new segment gets.</summary>
    public long NextNumber { get; private set; } = shape.FirstNumber;

    /// <summary>The segment that grows or will; and how many parts it has.</summary>
    public (long Number, int Parts) Edge =>
        Newest is { IsComplete: false } growing ? (growing.Number, growing.Parts.Count) : (NextNumber, 0);

    /// <summary>Fixes the target duration; later calls change nothing.</summary>
    public void FixTarget(int seconds) => TargetSeconds = TargetSeconds == 0 ? Math.Max(1, seconds) : TargetSeconds;

    /// <summary>Fixes the part target; later calls change nothing. Parts that do not keep it, which nobody has seen yet, are not told.</summary>
    public void FixPartTarget(long microseconds)
    {
        if (PartTargetMicroseconds > 0)
        {
            return;
        }

        PartTargetMicroseconds = microseconds;
        foreach (HlsSegment segment in _segments.Where(segment => !segment.Keeps(microseconds)))
        {
            segment.HideParts();
        }
    }

    /// <summary>The numbers with which the first segment begins; called before there is one.</summary>
    public void BeginAt(in HlsPlace place) => (NextNumber, DiscontinuitySequence) = (place.Number, place.Discontinuity);

    /// <summary>Adds a growing segment.</summary>
    public HlsSegment Begin(HlsInitialization initialization, bool isDiscontinuity, DateTimeOffset programTime, long start, bool listsParts)
    {
        var segment = new HlsSegment(NextNumber++, initialization, isDiscontinuity, programTime, listsParts) { Start = start };
        _segments.Add(segment);
        Made++;
        return segment;
    }

    /// <summary>Adds a part to the growing segment.</summary>
    public void Add(HlsPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        HlsSegment segment = Newest!; // the caller has begun one
        segment.Add(part);
        _bytes += part.Blob.Capacity;
        Version++;
    }

    /// <summary>Completes the growing segment, and lets go what is over the bounds.</summary>
    public void Complete()
    {
        HlsSegment segment = Newest!; // the caller has begun one
        segment.Complete();
        _listedMicroseconds += segment.Microseconds;
        Version++;
        Trim();
    }

    /// <summary>Nothing will be added: players read on to the end.</summary>
    public void End()
    {
        HasEnded = true;
        Version++;
    }

    /// <summary>The segment of that number, or null when it has gone or has not come.</summary>
    public HlsSegment? Find(long number)
    {
        if (_segments.Count == 0)
        {
            return null;
        }

        long index = number - _segments[0].Number;
        return index >= 0 && index < _segments.Count ? _segments[(int)index] : null;
    }

    /// <summary>
    /// The segment in which a time of the stream lies, or will, when a level with the same keyframes is cut in the same way; null when it is too
    /// old or too far ahead to tell.
    /// </summary>
    /// <param name="time">Microseconds of the stream's own timeline.</param>
    /// <param name="isKeyframe">Whether a keyframe is there.</param>
    public HlsPlace? PlaceOf(long time, bool isKeyframe)
    {
        long discontinuity = DiscontinuitySequence;
        HlsPlace? place = null;
        foreach (HlsSegment segment in Listed)
        {
            if (segment.Start > time)
            {
                break;
            }

            discontinuity += segment.IsDiscontinuity ? 1 : 0;
            place = new HlsPlace(segment.Number, discontinuity, segment.Start);
        }

        if (place is not { } last || last.Number != Newest!.Number)
        {
            return place; // the newest is there where any is
        }

        long age = time - last.Start;
        bool isNext = Newest.IsComplete || (isKeyframe && age >= shape.MicrosecondsToKeyframe);
        return age > 2 * TargetSeconds * MicrosecondsPerSecond ? null
            : isNext && age >= Newest.Microseconds ? new HlsPlace(last.Number + 1, last.Discontinuity, time)
            : last;
    }

    /// <summary>The initialization of that number, of those whose segments are kept; or null.</summary>
    public HlsInitialization? FindInitialization(int number) =>
        _segments.Find(segment => segment.Initialization.Number == number)?.Initialization;

    /// <summary>Lets everything go.</summary>
    public void Clear()
    {
        foreach (HlsSegment segment in _segments)
        {
            segment.Release();
        }

        _segments.Clear();
        (_unlisted, _bytes, _listedMicroseconds) = (0, 0, 0);
        HasEnded = true;
        Version++;
    }

    private void Trim()
    {
        long window = Math.Max((long)shape.Window.TotalMicroseconds, LeastListed * TargetSeconds * MicrosecondsPerSecond);
        while (_segments.Count - _unlisted > LeastListed)
        {
            bool isOverTime = _listedMicroseconds - _segments[_unlisted].Microseconds >= window;
            if (!isOverTime && _bytes <= shape.WindowBytes)
            {
                return;
            }

            Discarded += isOverTime ? 0 : 1;
            Unlist();
        }
    }

    private void Unlist()
    {
        HlsSegment left = _segments[_unlisted++];
        _listedMicroseconds -= left.Microseconds;
        DiscontinuitySequence += left.IsDiscontinuity ? 1 : 0;
        while (_unlisted > KeptBeyondPlaylist || (_unlisted > 0 && _bytes > shape.WindowBytes))
        {
            HlsSegment gone = _segments[0];
            _segments.RemoveAt(0);
            _unlisted--;
            _bytes -= gone.Capacity;
            gone.Release();
        }
    }
}
