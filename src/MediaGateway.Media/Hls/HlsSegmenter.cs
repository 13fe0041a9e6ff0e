using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Hls;

/// <summary>
/// Cuts a live stream into segments and parts (RFC 8216bis 6.2.2): frames in, an <see cref="HlsWindow"/> filled. Pictures lead where there
/// are any, else sound; the other track goes along. Segments begin with keyframes, unless a group of pictures is longer than the target
/// duration, which never changes: then it is cut. A change of format, of the publisher or of the tracks begins a new range, after a
/// discontinuity. Not thread-safe: the owner's lock.
/// </summary>
/// <param name="shape">How it is cut.</param>
/// <param name="window">Where the segments go.</param>
/// <param name="packager">What writes them.</param>
/// <param name="pool">Where their memory comes from.</param>
public sealed class HlsSegmenter(HlsShape shape, HlsWindow window, IHlsPackager packager, BufferPool pool)
{
    /// <summary>A track that is silent for so long while the other goes on is left out: players wait for every track they are promised.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long pictures are held for the sound of the same time, which comes later where it is converted: a player shows a part only as far as
    /// every track goes.
    /// </summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(500);

    private const long MicrosecondsPerSecond = 1_000_000;

    // The frame of sound that is under way when the first picture begins belongs to it.
    private const long SoundFrame = 25_000;

    // Parts are to last at least 85 % of the part target (RFC 8216bis 4.4.4.9): what irregular frames may add to the first part's length.
    private const long PartTargetPercent = 108;
    private const long RepresentativePartPercent = 70;
    private const int Percent = 100;

    private static readonly TimeSpan KeyframeLead = TimeSpan.FromMilliseconds(300);

    private readonly Mp4FragmentWriter _part = new();
    private readonly Queue<Mp4Sample> _heldPictures = new();
    private readonly Queue<Mp4Sample> _heldSound = new();
    private readonly long _segmentMicroseconds = (long)shape.SegmentDuration.TotalMicroseconds;
    private readonly long _partMicroseconds = (long)shape.PartDuration.TotalMicroseconds;
    private readonly long _longestGap = Math.Clamp((long)shape.SegmentDuration.TotalMicroseconds, MicrosecondsPerSecond, 3 * MicrosecondsPerSecond);
    private TrackFormat? _video;
    private TrackFormat? _placedVideo;
    private TrackFormat? _audio;
    private Mp4Timeline? _pictures;
    private Mp4Timeline? _sound;
    private MediaTime? _epoch;
    private HlsInitialization? _initialization;
    private HlsSegment? _segment;
    private DateTimeOffset _rangeTime;
    private long _rangeStart = -1;
    private long _segmentStart;
    private long _partStart;
    private long _partEnd;
    private int _leadingSamples;
    private int _ranges;
    private long _lastPicture;
    private long _lastSound;
    private bool _segmentIsIndependent;
    private bool _partIsIndependent;
    private bool _beginsRange;
    private bool _hasAsked;

    private long LongestPart => window.PartTargetMicroseconds > 0 ? window.PartTargetMicroseconds : _partMicroseconds;

    /// <summary>The tracks at the start. Called before the first frame.</summary>
    public void Start(TrackFormat? video, TrackFormat? audio) => BeginRange(video, audio);

    /// <summary>Takes a frame with its reference.</summary>
    /// <param name="frame">Pictures in H.264, sound that MP4 carries; everything else is left out.</param>
    /// <param name="receivedAt">The wall clock when it came.</param>
    public void Add(MediaFrame frame, DateTimeOffset receivedAt)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!Mp4Track.CanCarry(frame.Format) || !TryFollowFormat(frame))
        {
            frame.Release();
            return;
        }

        // The stream's own zero, so that the levels of a ladder, which have the same times, fit each other.
        _epoch ??= frame.Decoding.Value >= 0 ? new MediaTime(0, frame.Decoding.Rate) : frame.Decoding;
        bool isLeading = frame.Kind == TrackKind.Video || _video is null;
        Mp4Timeline timeline = TimelineOf(frame);
        long place = MicrosecondsOf(timeline.PlaceOf(frame.Decoding), timeline);
        if (isLeading && timeline.HasWaiting && place - MicrosecondsOf(timeline.Position, timeline) > _longestGap)
        {
            BeginRange(_video, _audio);
            timeline = TimelineOf(frame);
        }

        if (_rangeStart < 0 && isLeading)
        {
            (_rangeStart, _rangeTime) = (Math.Max(place, 0), receivedAt);
            (_lastPicture, _lastSound) = (_rangeStart, _rangeStart);
        }

        if (_rangeStart < 0 || place < _rangeStart - (isLeading ? 0 : SoundFrame))
        {
            frame.Release();
            return;
        }

        (_lastPicture, _lastSound) = frame.Kind == TrackKind.Video ? (place, _lastSound) : (_lastPicture, place);
        if (timeline.TryAdd(frame, out Mp4Sample sample))
        {
            Hold(sample);
        }

        PlaceHeld(isLast: false);
    }

    /// <summary>Whether the publisher is to be asked for a keyframe now, so that the segment can end; true once in each segment.</summary>
    public bool TakeKeyframeRequest()
    {
        bool isDue = !_hasAsked && _segment is not null && _video is not null
            && _lastPicture - _segmentStart >= _segmentMicroseconds - (long)KeyframeLead.TotalMicroseconds;
        _hasAsked |= isDue;
        return isDue;
    }

    /// <summary>The stream has ended: what is there is completed.</summary>
    public void End()
    {
        EndRange();
        Fix();
        window.End();
    }

    /// <summary>Lets everything go that is not in the window.</summary>
    public void Clear()
    {
        _pictures?.Clear();
        _sound?.Clear();
        _part.Clear();
        Release(_heldPictures);
        Release(_heldSound);
    }

    /// <summary>Follows changes of format. False: the frame is of no use before a keyframe comes.</summary>
    private bool TryFollowFormat(MediaFrame frame)
    {
        if (frame.Kind == TrackKind.Audio)
        {
            bool isSilent = _video is not null && _pictures is { } && _rangeStart >= 0
                && frame.Decoding.ToTimeSpan() - _epoch!.Value.ToTimeSpan() - TimeSpan.FromMicroseconds(_lastPicture) > LongestSilence;
            if (_audio is null || !frame.Format.Equals(_audio) || isSilent)
            {
                BeginRange(isSilent ? null : _video, frame.Format, frame);
            }

            return true;
        }

        if (ReferenceEquals(frame.Format, _video))
        {
            bool soundIsSilent = frame.IsKeyframe && _audio is not null && _rangeStart >= 0
                && frame.Decoding.ToTimeSpan() - _epoch!.Value.ToTimeSpan() - TimeSpan.FromMicroseconds(_lastSound) > LongestSilence;
            if (soundIsSilent)
            {
                BeginRange(_video, null, frame);
            }

            return true;
        }

        // Another format, or another publisher with an equal one. Where it goes on from the picture before, the range begins when it is
        // placed: until then comes the sound of the pictures before it.
        if (frame.IsKeyframe && _video is not null && _pictures is { } pictures && pictures.IsSeam(frame.Decoding))
        {
            _video = frame.Format;
        }
        else if (frame.IsKeyframe)
        {
            BeginRange(frame.Format, _audio, frame);
        }

        return frame.IsKeyframe;
    }

    private Mp4Timeline TimelineOf(MediaFrame frame)
    {
        MediaTime epoch = _epoch!.Value; // Add has set it
        return frame.Kind == TrackKind.Video
            ? _pictures ??= new Mp4Timeline(Mp4Track.Of(_video)!, epoch)
            : _sound ??= new Mp4Timeline(Mp4Track.Of(_audio)!, epoch);
    }

    /// <summary>Begins a range of other tracks.</summary>
    /// <param name="video">The pictures, or null.</param>
    /// <param name="audio">The sound, or null.</param>
    /// <param name="by">The frame with which they come, until which the frames before it last; null for a break in time.</param>
    private void BeginRange(TrackFormat? video, TrackFormat? audio, MediaFrame? by = null)
    {
        // The other track goes on, its frame that waits belongs to the new range.
        Mp4Timeline? pictures = by is { Kind: TrackKind.Audio } && ReferenceEquals(video, _video) && _pictures?.IsNear(by.Decoding) == true ? _pictures : null;
        Mp4Timeline? sound = by is { Kind: TrackKind.Video } && Equals(audio, _audio) && _sound?.IsNear(by.Decoding) == true ? _sound : null;
        EndRange(by, pictures ?? sound);
        _video = Mp4Track.CanCarry(video) ? video : null;
        _audio = Mp4Track.CanCarry(audio) ? audio : null;
        (_placedVideo, _pictures, _sound, _beginsRange) = (_video, pictures, sound, true);
        if (pictures is null)
        {
            _rangeStart = -1;
        }
        else
        {
            _lastSound = _lastPicture;
        }
    }

    private void EndRange(MediaFrame? by = null, Mp4Timeline? goesOn = null)
    {
        foreach (Mp4Timeline? timeline in (Mp4Timeline?[])[_pictures, _sound])
        {
            bool isReplaced = timeline is not null && by?.Kind == timeline.Track.Format.Kind;
            if (timeline is not null && timeline != goesOn && timeline.TryFlush(out Mp4Sample last, isReplaced ? by!.Decoding : null)) // isReplaced: there is one
            {
                Hold(last);
            }
        }

        PlaceHeld(isLast: true);
        if (_leadingSamples > 0)
        {
            PlaceSound(_partEnd + (long)LongestHold.TotalMicroseconds);
        }

        if (_segment is not null)
        {
            EndSegment();
        }

        _part.Clear();
        Release(_heldSound);
        _leadingSamples = 0;
    }

    private void Hold(in Mp4Sample sample) =>
        (sample.Frame.Kind == TrackKind.Video || _video is null ? _heldPictures : _heldSound).Enqueue(sample);

    /// <summary>Places pictures as far as there is sound, or as they have been held long enough.</summary>
    private void PlaceHeld(bool isLast)
    {
        Mp4Timeline? leading = _video is null ? _sound : _pictures;
        while (leading is not null && _heldPictures.TryPeek(out Mp4Sample sample))
        {
            long end = MicrosecondsOf(sample.End, leading);
            bool hasSound = _audio is null || _video is null || (_sound is { } sound && MicrosecondsOf(sound.Position, sound) >= end);
            if (!isLast && !hasSound && _lastPicture - end < (long)LongestHold.TotalMicroseconds)
            {
                return;
            }

            _heldPictures.Dequeue();
            PlaceLeading(sample, MicrosecondsOf(sample.Decoding, leading), end);
        }
    }

    /// <summary>The sound until a point of time goes with the pictures until there.</summary>
    private void PlaceSound(long until)
    {
        while (_sound is { } sound && _heldSound.TryPeek(out Mp4Sample sample) && MicrosecondsOf(sample.Decoding, sound) < until)
        {
            _heldSound.Dequeue();
            if (_part.IsFull)
            {
                sample.Frame.Release();
            }
            else
            {
                _part.Add(sample);
            }
        }
    }

    private void PlaceLeading(in Mp4Sample sample, long start, long end)
    {
        if (_segment is not null && IsSegmentOver(sample, start, end))
        {
            EndSegment();
            Fix();
        }

        if (sample.Frame.Kind == TrackKind.Video && !ReferenceEquals(sample.Frame.Format, _placedVideo))
        {
            BeginFormat(sample.Frame.Format);
        }

        if (_leadingSamples > 0 && (end - _partStart > LongestPart || _part.IsFull))
        {
            EndPart(isLast: false);
        }

        bool isLong = window.PartTargetMicroseconds > 0 && end - start > LongestPart;
        if (isLong && _segment is not null)
        {
            EndSegment();
        }

        if (_segment is null)
        {
            BeginSegment(start, sample.Frame.IsKeyframe, listsParts: !isLong);
        }

        _part.Add(sample);
        PlaceSound(end);
        _partEnd = end;
        _leadingSamples++;
        _partIsIndependent |= sample.Frame.IsKeyframe;
        bool isFull = end - _partStart + (end - start) > LongestPart && !HlsPart.IsShort(end - _partStart, window.PartTargetMicroseconds);
        if (isLong)
        {
            EndSegment();
        }
        else if (isFull)
        {
            EndPart(isLast: false);
        }
    }

    // The pictures go on in another format: all before is complete.
    private void BeginFormat(TrackFormat format)
    {
        if (_segment is not null)
        {
            EndSegment();
        }

        (_placedVideo, _beginsRange) = (format, true);
    }

    private bool IsSegmentOver(in Mp4Sample sample, long start, long end)
    {
        long age = start - _segmentStart;
        long longest = window.TargetSeconds > 0
            ? (window.TargetSeconds * MicrosecondsPerSecond) + (MicrosecondsPerSecond / 2) - 1
            : (long)shape.LongestGroup.TotalMicroseconds;
        bool isWhole = _video is null
            ? age >= _segmentMicroseconds
            : sample.Frame.IsKeyframe && (age >= shape.MicrosecondsToKeyframe || !_segmentIsIndependent);
        return age > 0 && (isWhole || end - _segmentStart > longest);
    }

    private void BeginSegment(long start, bool isIndependent, bool listsParts)
    {
        if (_beginsRange || _initialization is null)
        {
            _initialization = new HlsInitialization(_ranges++, _placedVideo, _audio, packager.Begin(_placedVideo, _audio));
        }

        bool isFirst = window.Made == 0;
        long begins = start;
        if (isFirst && shape.Follow?.Invoke(start, isIndependent) is { } place)
        {
            window.BeginAt(place);
            begins = place.Start;
        }

        DateTimeOffset time = _rangeTime + TimeSpan.FromMicroseconds(start - _rangeStart);
        _segment = window.Begin(_initialization, _beginsRange && !isFirst, time, start, listsParts);
        (_beginsRange, _hasAsked, _segmentIsIndependent) = (false, false, isIndependent);
        (_segmentStart, _partStart, _partEnd) = (begins, start, start);
        if (shape.HasKeyframesOnRequest || _video is null)
        {
            window.FixTarget(Rounded(_segmentMicroseconds));
        }
    }

    /// <summary>Ends a part. One that is too short to stand within a segment ends the segment as well: frames come at an uneven rate.</summary>
    private void EndPart(bool isLast)
    {
        long duration = _partEnd - _partStart;
        bool isFirst = _segment!.Parts.Count == 0; // there is one: the part belongs to it
        PooledBuffer block = packager.Write(_part, isFirst, pool, out int length);
        window.Add(new HlsPart(duration, _partIsIndependent || _video is null, new HlsBlob(block, length)));
        (_partStart, _partIsIndependent, _leadingSamples) = (_partEnd, false, 0);
        if (duration <= _partMicroseconds && duration * Percent >= _partMicroseconds * RepresentativePartPercent)
        {
            FixPartTarget(duration);
        }

        bool isBroken = !_segment.ListsParts || HlsPart.IsShort(duration, window.PartTargetMicroseconds);
        if (!isLast && window.PartTargetMicroseconds > 0 && isBroken)
        {
            EndSegment();
        }
    }

    private void EndSegment()
    {
        if (_leadingSamples > 0)
        {
            EndPart(isLast: true);
        }

        _segment = null;
        window.Complete();
    }

    /// <summary>A whole group of pictures has passed: how long segments may be is known.</summary>
    private void Fix()
    {
        if (window is { TargetSeconds: > 0, PartTargetMicroseconds: > 0 })
        {
            return;
        }

        int longest = 0;
        long part = 0;
        long longestPart = 0;
        foreach (HlsSegment segment in window.Listed)
        {
            longest = Math.Max(longest, Rounded(segment.Microseconds));
            foreach (HlsPart its in segment.Parts)
            {
                part = its.Microseconds <= _partMicroseconds ? Math.Max(part, its.Microseconds) : part;
                longestPart = Math.Max(longestPart, its.Microseconds);
            }
        }

        window.FixTarget(longest);
        FixPartTarget(part > 0 ? part : longestPart);
    }

    // The frame rate decides how much of the wanted duration can be used: nine frames of 40 ms, not 8.75.
    private void FixPartTarget(long partMicroseconds) =>
        window.FixPartTarget(((partMicroseconds * PartTargetPercent / 100) + 999) / 1000 * 1000);

    private static void Release(Queue<Mp4Sample> samples)
    {
        while (samples.TryDequeue(out Mp4Sample sample))
        {
            sample.Frame.Release();
        }
    }

    private static int Rounded(long microseconds) => (int)((microseconds + (MicrosecondsPerSecond / 2)) / MicrosecondsPerSecond);

    private static long MicrosecondsOf(long ticks, Mp4Timeline timeline) =>
        new MediaTime(ticks, timeline.Track.Timescale).Rescale((int)MicrosecondsPerSecond).Value;
}
