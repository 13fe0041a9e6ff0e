using MediaGateway.Media.Frames;

namespace MediaGateway.Streams.Renditions;

/// <summary>
/// Converts the pictures of one source and publishes them, with everything else that the source sends. Sound and data pass
/// at once: times stay, so that the pictures' delay costs no lip sync. Pictures wait in a queue of <see cref="Capacity"/>. Where the
/// conversion falls behind by <see cref="SkipLag"/>, pictures but keyframes are decoded and not encoded until it has caught up; where it falls behind by
/// <see cref="DropLag"/>, or the queue is full, everything up to the next keyframe is dropped and one is asked for. Both are counted.
/// </summary>
/// <param name="conversion">What becomes of the pictures.</param>
/// <param name="workers">Whose clock and log it uses.</param>
/// <param name="source">Where they come from.</param>
internal sealed class VideoBridge(IBridgeConversion conversion, VideoWorkers workers, IBridgeSource source)
{
    /// <summary>Pictures that may wait: the longest cached group of pictures, 12 s at 60 per second.</summary>
    public const int Capacity = 1024;

    /// <summary>Frames of sound and data that may wait; the oldest goes first.</summary>
    public const int MaximumOthers = 1024;

    /// <summary>How far the conversion may fall behind before pictures are left out.</summary>
    public static readonly TimeSpan SkipLag = TimeSpan.FromMilliseconds(300);

    /// <summary>How far the conversion may fall behind before it starts anew with a keyframe.</summary>
    public static readonly TimeSpan DropLag = TimeSpan.FromSeconds(2);

    /// <summary>After failures in a row the transcoder is made anew no sooner than this.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<MediaFrame> _pictures = new();
    private readonly Queue<MediaFrame> _others = new();
    private readonly TimeSpan _startedAt = workers.Clock.Now;
    private VideoWorker? _worker;
    private StreamEndReason? _end;
    private TimeSpan _retryAt = TimeSpan.MinValue;
    private bool _awaitsKeyframe;
    private bool _isClosed;
    private bool _failedLast;
    private int _keyframeWanted;
    private long _dropped;
    private long _skipped;
    private long _reported;
    private string? _failure;

    /// <summary>The stream that is converted.</summary>
    public StreamKey Key => conversion.Key;

    /// <summary>Pictures dropped because the conversion did not keep up.</summary>
    public long DroppedPictures => Volatile.Read(ref _dropped);

    /// <summary>Pictures decoded and left out because the conversion did not keep up.</summary>
    public long SkippedPictures => Volatile.Read(ref _skipped);

    /// <summary>Whether it is over: nothing that is offered goes anywhere.</summary>
    public bool IsOver
    {
        get
        {
            lock (_lock)
            {
                return _isClosed || _end is not null;
            }
        }
    }

    /// <summary>Says which worker serves it. Before the first turn.</summary>
    public void AssignTo(VideoWorker worker) => Volatile.Write(ref _worker, worker);

    /// <summary>Takes a frame of the source and the reference to it. One thread at a time; only enqueues.</summary>
    public void Offer(MediaFrame frame)
    {
        lock (_lock)
        {
            if (_isClosed || _end is not null)
            {
                frame.Release();
                return;
            }

            Enqueue(frame);
        }

        Wake();
    }

    /// <summary>Makes the next converted picture a keyframe. Any thread.</summary>
    public void RequestKeyframe() => Volatile.Write(ref _keyframeWanted, 1);

    /// <summary>Converts what waits, then ends for that reason. Any thread.</summary>
    public void Finish(StreamEndReason reason)
    {
        lock (_lock)
        {
            _end ??= reason;
        }

        Wake();
    }

    /// <summary>Drops what waits and converts no more; what it publishes is the caller's to end. Any thread.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Clear(_pictures);
            Clear(_others);
        }

        Wake();
    }

    /// <summary>Publishes the sound that waits and converts one picture. Only the worker calls it.</summary>
    public BridgeTurn Work()
    {
        ReportDropped();
        while (TryTake(_others, out MediaFrame? other))
        {
            conversion.Pass(other!);
        }

        if (!TryTake(_pictures, out MediaFrame? picture))
        {
            return FinishIfAsked();
        }

        try
        {
            Convert(picture!, workers.Clock.Now); // Both are there when the queue said so.
        }
        finally
        {
            picture!.Release();
        }

        return BridgeTurn.HasMore;
    }

    /// <summary>Throws the transcoder away after it threw: the next keyframe makes another, at once the first time. Only the worker calls it.</summary>
    public void Recover(TimeSpan now)
    {
        _retryAt = _failedLast ? now + RetryInterval : TimeSpan.MinValue;
        _failedLast = true;
        conversion.Reset();
        DropToKeyframe();
    }

    /// <summary>Gives back everything it holds. Only the worker calls it, at the end.</summary>
    public void Release()
    {
        Close();
        ReportDropped();
        conversion.Reset();
        source.BridgeEnded(_failure);
    }

    private static void Clear(Queue<MediaFrame> queue)
    {
        while (queue.TryDequeue(out MediaFrame? frame))
        {
            frame.Release();
        }
    }

    private void ReportDropped()
    {
        long dropped = DroppedPictures + SkippedPictures;
        if (dropped > _reported)
        {
            conversion.Drops.Add(StreamDropReason.BridgeLate, dropped - _reported);
            _reported = dropped;
        }
    }

    private void Wake() => Volatile.Read(ref _worker)?.Wake();

    private void Enqueue(MediaFrame frame)
    {
        if (frame.Kind != TrackKind.Video)
        {
            if (_others.Count == MaximumOthers)
            {
                _others.Dequeue().Release();
            }

            _others.Enqueue(frame);
            return;
        }

        if (_pictures.Count == Capacity)
        {
            _dropped += _pictures.Count;
            Clear(_pictures);
            _awaitsKeyframe = true;
        }

        if (_awaitsKeyframe && !frame.IsKeyframe)
        {
            _dropped++;
            frame.Release();
            return;
        }

        _awaitsKeyframe = false;
        _pictures.Enqueue(frame);
    }

    private bool TryTake(Queue<MediaFrame> queue, out MediaFrame? frame)
    {
        lock (_lock)
        {
            return queue.TryDequeue(out frame);
        }
    }

    private BridgeTurn FinishIfAsked()
    {
        StreamEndReason? end;
        bool awaitsKeyframe;
        lock (_lock)
        {
            (end, awaitsKeyframe) = (_end, _awaitsKeyframe);
            if (_isClosed)
            {
                return BridgeTurn.Finished;
            }
        }

        if (end is { } reason)
        {
            conversion.End(reason);
            return BridgeTurn.Finished;
        }

        if (!source.IsWanted(workers.Clock.Now))
        {
            Finish(StreamEndReason.Unpublished);
            return BridgeTurn.HasMore;
        }

        if (awaitsKeyframe)
        {
            source.RequestKeyframe();
        }

        return BridgeTurn.Idle;
    }

    private void Convert(MediaFrame picture, TimeSpan now)
    {
        if (now < _retryAt || _failure is not null)
        {
            return;
        }

        // What was received before the bridge began is the source's cached group: it is decoded in one go, and shown is what is live.
        bool isLive = picture.ReceivedAt >= _startedAt;
        TimeSpan lag = isLive ? now - picture.ReceivedAt : TimeSpan.Zero;
        if (lag > DropLag && !picture.IsKeyframe)
        {
            Interlocked.Increment(ref _dropped);
            DropToKeyframe();
            return;
        }

        PicturePlace place = !isLive ? PicturePlace.Past
            : lag <= SkipLag || picture.IsKeyframe ? PicturePlace.Shown
            : PicturePlace.LeftOut;
        Interlocked.Add(ref _skipped, place == PicturePlace.LeftOut ? 1 : 0);
        try
        {
            Transcode(picture, place);
        }
        catch (NotSupportedException exception)
        {
            // Not a failure that passes: the source hears it and decides what becomes of its viewers.
            _failure = exception.Message;
            workers.ReportUnsupported(Key, exception.Message);
            Finish(StreamEndReason.Unpublished);
        }
    }

    private void Transcode(MediaFrame picture, PicturePlace place)
    {
        conversion.Convert(picture, place, Interlocked.Exchange(ref _keyframeWanted, 0) == 1);
        _failedLast = false;
        if (conversion.NeedsKeyframe)
        {
            DropToKeyframe();
        }
    }

    /// <summary>Drops the pictures that wait up to the next keyframe; where there is none, one is asked for.</summary>
    private void DropToKeyframe()
    {
        lock (_lock)
        {
            while (_pictures.TryPeek(out MediaFrame? next) && !next.IsKeyframe)
            {
                _pictures.Dequeue().Release();
                _dropped++;
            }

            _awaitsKeyframe = _pictures.Count == 0;
        }
    }
}
