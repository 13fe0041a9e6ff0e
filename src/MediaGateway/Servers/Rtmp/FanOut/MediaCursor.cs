namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// Where one viewer is in its stream: the number of the next image, and at most one image of which a part is sent. It starts at the
/// newest keyframe, with metadata and sequence headers in front; it does the same again when it has fallen off the ring, after a
/// pause, and when it goes on with another stream. It never sends half an image and never goes back. Used by the worker's thread only.
/// </summary>
internal sealed class MediaCursor
{
    /// <summary>How far before the sound that is wanted next it is looked for, in milliseconds: sound and pictures are interleaved.</summary>
    private const long FarthestSound = 2000;

    private IImageSource? _source;
    private WireImage? _halfSent;
    private int _halfSentOffset;
    private WireImage? _preamble;
    private FeedFormats _sentFormats = FeedFormats.None;
    private long _next;
    private long _limit = long.MaxValue;
    private SentTimes _sent;
    private long _cutStamp = long.MaxValue;
    private bool _isHeld;
    private bool _skipsPictures;
    private long _audioFromStamp = long.MinValue;
    private long _videoFromIndex;
    private bool _waitsForStart;
    private bool _fellOff;
    private bool _isPaused;
    private bool _wantsAudio = true;
    private bool _wantsVideo = true;

    /// <summary>Frames that this viewer did not get because it was too slow.</summary>
    public long DroppedFrames { get; private set; }

    /// <summary>Frames that this viewer got.</summary>
    public long SentFrames { get; private set; }

    /// <summary>How far it has come on the viewer's timeline since <see cref="Attach"/>, over all streams of <see cref="ContinueAt"/>.</summary>
    public SentTimes Sent => _sent;

    /// <summary>Whether nothing is sent because the player wants it so.</summary>
    public bool IsPaused => _isPaused;

    /// <summary>Whether the next picture is a keyframe anyway: at the start, after a pause, after falling off.</summary>
    public bool IsBetweenGroups => _source is null || _waitsForStart || _next < _source.Ring.First;

    /// <summary>Whether all that there is has been sent.</summary>
    public bool HasSentAll => _source is null || (!_waitsForStart && _preamble is null && _next >= _source.Ring.Next);

    /// <summary>Whether the last call of <see cref="GatherMedia"/> found that only what <see cref="CutBefore"/> holds back is left.</summary>
    public bool IsAtCut { get; private set; }

    /// <summary>How much media there is that was not sent, in milliseconds.</summary>
    public long Lag => _source is { } source && !IsBetweenGroups && !_isPaused && _next < source.Ring.Next
        ? Math.Max(0, source.Ring.NewestStamp - source.Ring[_next].Description.Stamp)
        : 0;

    /// <summary>Whether a part of an image is sent and the rest is not.</summary>
    public bool HoldsHalfAnImage => _halfSent is not null;

    /// <summary>Whether everything up to the limit of <see cref="Finish"/> is sent, or there is no stream.</summary>
    public bool IsFinished =>
        _halfSent is null
        && _preamble is null
        && (_source is null || _isPaused || (_waitsForStart ? !HasStart(_source) : _next >= _limit));

    /// <summary>Begins with a stream, at the newest place where that is possible.</summary>
    public void Attach(IImageSource source)
    {
        Detach();
        _source = source;
        _next = source.Ring.First;
        _sentFormats = FeedFormats.None;
        _limit = long.MaxValue;
        GoOn();
        _videoFromIndex = 0;
        _waitsForStart = true;
        _isPaused = false;
        _sent = default;
    }

    /// <summary>
    /// Goes on with another stream at one of its keyframes, with its metadata and sequence headers in front. What is left of the old
    /// stream is not sent, but for the rest of a half-sent image. The sound goes on where it stopped, also with frames that stand before
    /// the keyframe.
    /// </summary>
    /// <param name="source">The stream, on the same timeline.</param>
    /// <param name="keyframe">The number of the keyframe, which is later than everything sent.</param>
    public void ContinueAt(IImageSource source, long keyframe)
    {
        WireImageRing ring = source.Ring;
        WireImageDescription first = ring[keyframe].Description;
        DropPreamble();
        _skipsPictures = false;
        GoOn();
        _source = source;
        _audioFromStamp = _sent.NextSound ?? first.Stamp;
        _next = FirstSound(ring, keyframe);
        _videoFromIndex = _videoFromIndex == long.MaxValue ? long.MaxValue : keyframe;
        (_limit, _waitsForStart, _fellOff) = (long.MaxValue, false, false);
        _preamble = source.PreambleAt(_next);
        _sentFormats = ring[_next].Description.Formats;
    }

    /// <summary>Sends nothing from the first picture on that is not earlier than this time; without pictures, from the first sound on.</summary>
    public void CutBefore(long stamp) => (_cutStamp, _isHeld) = (stamp, false);

    /// <summary>As <see cref="CutBefore"/>, and leaves out the pictures up to there, which count as dropped.</summary>
    public void SkipTo(long stamp)
    {
        if (!_skipsPictures)
        {
            _skipsPictures = true;
            CountLeftOut(stamp);
        }

        CutBefore(stamp);
    }

    /// <summary>Sends no media for now.</summary>
    public void Hold() => _isHeld = true;

    /// <summary>Takes back <see cref="CutBefore"/>, <see cref="SkipTo"/> and <see cref="Hold"/>.</summary>
    public void GoOn()
    {
        // After pictures that were left out only a keyframe can be decoded.
        _videoFromIndex = _skipsPictures ? long.MaxValue : _videoFromIndex;
        _skipsPictures = false;
        (_cutStamp, _isHeld, IsAtCut) = (long.MaxValue, false, false);
    }

    /// <summary>Lets the stream go. The rest of a half-sent image still has to be sent.</summary>
    public void Detach()
    {
        DropPreamble();
        _source = null;
        _fellOff = false;
    }

    /// <summary>Lets everything go, also half an image: for a connection that is over.</summary>
    public void Abandon()
    {
        Detach();
        _halfSent?.Release();
        _halfSent = null;
    }

    /// <summary>No image that comes after the first call is sent.</summary>
    public void Finish()
    {
        if (_limit == long.MaxValue)
        {
            _limit = _source?.Ring.Next ?? 0;
        }
    }

    /// <summary>Sends nothing until <see cref="Resume"/>.</summary>
    public void Pause() => _isPaused = true;

    /// <summary>Goes on at a keyframe that was not sent yet.</summary>
    public void Resume()
    {
        _waitsForStart |= _isPaused;
        _isPaused = false;
    }

    /// <summary>Turns the sound on or off.</summary>
    public void WantAudio(bool wanted) => _wantsAudio = wanted;

    /// <summary>Turns the pictures off, or on from the next keyframe.</summary>
    public void WantVideo(bool wanted)
    {
        if (wanted && !_wantsVideo)
        {
            _videoFromIndex = long.MaxValue;
        }

        _wantsVideo = wanted;
    }

    /// <summary>Adds what must go before anything else: the rest of a half-sent image.</summary>
    public void GatherHalfSent(SendBatch batch)
    {
        if (_halfSent is not null)
        {
            batch.TryAdd(SegmentSource.HalfSent, _halfSent.Bytes[_halfSentOffset..]);
        }
    }

    /// <summary>Adds the media that is due.</summary>
    public void GatherMedia(SendBatch batch)
    {
        IsAtCut = false;
        if (_source is null || _isPaused || _isHeld || !TryFindPlace(_source))
        {
            return;
        }

        if (_preamble is not null && !batch.TryAdd(SegmentSource.Preamble, _preamble.Bytes))
        {
            return;
        }

        WireImageRing ring = _source.Ring;
        long end = Math.Min(ring.Next, _limit);
        bool isNothingAdded = true;
        bool isCut = false;
        for (long index = _next; index < end; index++)
        {
            WireImage image = ring[index];
            if (image.Description.Stamp >= _cutStamp && IsCutAt(ring, image))
            {
                (end, isCut) = (index, true);
                break;
            }

            if (IsLeftOut(image, index))
            {
                continue;
            }

            isNothingAdded = false;
            if (!batch.TryAdd(SegmentSource.Image, image.Bytes, index))
            {
                return;
            }
        }

        if (isNothingAdded)
        {
            _next = Math.Max(_next, end);
            IsAtCut = isCut && _preamble is null;
        }
    }

    /// <summary>A segment of ours was accepted, whole or in part.</summary>
    /// <param name="source">Which.</param>
    /// <param name="index">The image's number.</param>
    /// <param name="length">The segment's bytes.</param>
    /// <param name="accepted">How many of them were accepted; at least one.</param>
    /// <returns>The frame that is now sent completely, if this is the first viewer to have it and its delay counts.</returns>
    public WireImageDescription? Accept(SegmentSource source, long index, int length, int accepted)
    {
        switch (source)
        {
            case SegmentSource.HalfSent:
                return AcceptHalfSent(length, accepted);
            case SegmentSource.Preamble:
                AcceptPreamble(length, accepted);
                return null;
            default:
                return AcceptImage(index, length, accepted);
        }
    }

    private WireImageDescription? AcceptHalfSent(int length, int accepted)
    {
        _halfSentOffset += accepted;
        if (accepted < length)
        {
            return null;
        }

        WireImage image = _halfSent!; // It was gathered.
        _halfSent = null;
        WireImageDescription? measured = Measured(image);
        image.Release();
        return measured;
    }

    private void AcceptPreamble(int length, int accepted)
    {
        WireImage preamble = _preamble!; // It was gathered.
        _preamble = null;
        KeepRest(preamble, length, accepted);
        preamble.Release();
    }

    private WireImageDescription? AcceptImage(long index, int length, int accepted)
    {
        WireImage image = _source!.Ring[index]; // It was gathered in this round; the ring changes between rounds only.
        _next = index + 1;
        if (image.Description.Kind == WireImageKind.Header)
        {
            _sentFormats = image.Description.Formats;
        }
        else
        {
            SentFrames++;
            _sent.Note(image.Description);
        }

        KeepRest(image, length, accepted);
        return accepted == length ? Measured(image) : null;
    }

    private static bool IsCutAt(WireImageRing ring, WireImage image) =>
        image.Description.Kind == WireImageKind.Video || (image.Description.Kind == WireImageKind.Audio && !ring.HasPictures);

    private static WireImageDescription? Measured(WireImage image) => image.TryTakeDelayMeasurement() ? image.Description : null;

    private void KeepRest(WireImage image, int length, int accepted)
    {
        if (accepted < length)
        {
            _halfSent = image.AddReference();
            _halfSentOffset = accepted;
        }
    }

    /// <summary>Finds the image to go on with; false while there is none.</summary>
    private bool TryFindPlace(IImageSource source)
    {
        WireImageRing ring = source.Ring;
        _fellOff |= !_waitsForStart && _next < ring.First;
        _waitsForStart |= _fellOff;
        if (!_waitsForStart)
        {
            return true;
        }

        if (!HasStart(source))
        {
            return false;
        }

        BeginAt(source, ring.Start);
        return true;
    }

    /// <summary>Whether there is an image to begin with: one that was not sent yet and comes before the end.</summary>
    private bool HasStart(IImageSource source) =>
        source.IsReady && source.Ring.Start >= Math.Max(_next, 0) && source.Ring.Start < _limit;

    private void BeginAt(IImageSource source, long start)
    {
        if (_fellOff)
        {
            DroppedFrames += start - _next;
        }

        DropPreamble();
        WireImageDescription first = source.Ring[start].Description;
        if (!ReferenceEquals(first.Formats, _sentFormats))
        {
            _preamble = source.PreambleAt(start);
            _sentFormats = first.Formats;
        }

        _next = start;
        _waitsForStart = false;
        _fellOff = false;

        // Sound from before the first picture would be heard over nothing.
        _audioFromStamp = first.Kind == WireImageKind.Video ? first.Stamp : long.MinValue;
    }

    /// <summary>The sound that comes next may have arrived before the picture. What stands before a change of formats is left where it is.</summary>
    private long FirstSound(WireImageRing ring, long keyframe)
    {
        long first = keyframe;
        for (long index = keyframe - 1; index >= ring.First; index--)
        {
            WireImageDescription image = ring[index].Description;
            if (image.Kind == WireImageKind.Header || image.Stamp < _audioFromStamp - FarthestSound)
            {
                break;
            }

            first = image.Kind == WireImageKind.Audio && image.Stamp >= _audioFromStamp ? index : first;
        }

        return first;
    }

    /// <summary>Counts the pictures that the viewer loses because it goes on with a later one.</summary>
    private void CountLeftOut(long stamp)
    {
        if (_source is not { } old || IsBetweenGroups)
        {
            return;
        }

        for (long index = _next; index < old.Ring.Next; index++)
        {
            WireImageDescription image = old.Ring[index].Description;
            DroppedFrames += image.Kind == WireImageKind.Video && image.Stamp < stamp ? 1 : 0;
        }
    }

    private bool IsLeftOut(WireImage image, long index)
    {
        switch (image.Description.Kind)
        {
            case WireImageKind.Audio:
                return !_wantsAudio || image.Description.Stamp < _audioFromStamp;
            case WireImageKind.Video:
                if (_videoFromIndex == long.MaxValue && image.Description.StartsGroup)
                {
                    _videoFromIndex = index;
                }

                return !_wantsVideo || _skipsPictures || index < _videoFromIndex;
            case WireImageKind.Data:
                return image.Description.Stamp < _audioFromStamp;
            default:
                return false;
        }
    }

    /// <summary>Drops a preamble that was not sent; whatever comes next needs another.</summary>
    private void DropPreamble()
    {
        if (_preamble is not null)
        {
            _preamble.Release();
            _preamble = null;
            _sentFormats = FeedFormats.None;
        }
    }
}
