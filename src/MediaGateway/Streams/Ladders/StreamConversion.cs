using MediaGateway.Media.Frames;
using MediaGateway.Streams.Renditions;

namespace MediaGateway.Streams.Ladders;

/// <summary>
/// The levels that are made of one stream: an outlet of it, decoded once and encoded once for each level, on one worker. Levels join and
/// leave; the last one that leaves ends it, as does the source. Keyframes are the source's: those who want one ask the source where it can
/// be asked, and else wait, so that all levels have them at the same times. The source calls it as any outlet, its bridge as its
/// conversion, the finder to add levels.
/// </summary>
internal sealed class StreamConversion : IStreamOutlet, IBridgeSource, IBridgeConversion
{
    /// <summary>How often it is judged whether the conversion keeps up, and unwatched levels are ended under load.</summary>
    public static readonly TimeSpan JudgementInterval = TimeSpan.FromSeconds(5);

    /// <summary>The share of pictures left out that is too much.</summary>
    public const double TooMuchLeftOut = 0.2;

    private static readonly AudioPreference AnySound = new(null, CodecSet.Of(Enum.GetValues<CodecId>()), null);

    private readonly Lock _lock = new();
    private readonly ConvertedLevels _owner;
    private readonly VideoWorkers _workers;
    private readonly double _decodingCost;
    private ConvertedLevel[] _levels = [];
    private ConvertedLevel[] _told = [];
    private StreamMetadata? _metadata;
    private IVideoLadder? _ladder;
    private VideoBridge? _bridge;
    private volatile bool _canAskForKeyframes;
    private bool _isClosed;
    private TimeSpan _judgedAt;
    private TimeSpan _busy;
    private double _converted;
    private int _shown;
    private int _leftOut;

    /// <summary>Makes one without levels, which does nothing before <see cref="TryBegin"/>.</summary>
    /// <param name="source">What is converted.</param>
    /// <param name="format">The pictures of the source.</param>
    /// <param name="pictureRate">Pictures per second of the source.</param>
    /// <param name="owner">Settings, budget, log.</param>
    /// <param name="workers">Clock, figures.</param>
    public StreamConversion(LiveStream source, H264Format format, double pictureRate, ConvertedLevels owner, VideoWorkers workers)
    {
        (Source, _owner, _workers) = (source, owner, workers);
        _decodingCost = DecodingCostOf(format, pictureRate);
        _judgedAt = workers.Clock.Now;
        NoteSource();
    }

    /// <summary>The stream that is converted.</summary>
    public LiveStream Source { get; }

    /// <inheritdoc/>
    public StreamKey Key => Source.Key;

    /// <inheritdoc/>
    public StreamDrops Drops => Source.Drops;

    /// <inheritdoc/>
    public bool NeedsKeyframe => _ladder is { NeedsKeyframe: true };

    /// <summary>Whether the source makes keyframes when it is asked.</summary>
    public bool CanAskForKeyframes => _canAskForKeyframes;

    /// <summary>Its share of the budget, in pixels per second: the decoding and all levels.</summary>
    public double Cost
    {
        get
        {
            lock (_lock)
            {
                return _isClosed ? 0 : _decodingCost + _levels.Sum(static level => level.Cost);
            }
        }
    }

    /// <summary>What decoding takes of the budget.</summary>
    public static double DecodingCostOf(H264Format format, double pictureRate) =>
        format.Width * (double)format.Height * pictureRate * ConversionBudget.DecodingShare;

    /// <summary>Begins to convert. Once, when it has its first level.</summary>
    /// <returns>False when the source has ended.</returns>
    public bool TryBegin(VideoWorker worker)
    {
        _bridge = new VideoBridge(this, _workers, this);
        worker.Adopt(_bridge);
        bool isAttached = Source.Attach(this, new SubscriptionOptions(AnySound, StartPoint.CachedGroup));
        if (!isAttached)
        {
            _bridge.Finish(StreamEndReason.Unpublished);
        }

        return isAttached;
    }

    /// <summary>The level of that name, if it is being made.</summary>
    public ConvertedLevel? Find(string name)
    {
        lock (_lock)
        {
            return _isClosed ? null : Array.Find(_levels, level => level.Plan.Name == name);
        }
    }

    /// <summary>Adds a level, unless the conversion is about to end.</summary>
    public bool TryAdd(ConvertedLevel level)
    {
        StreamMetadata? metadata;
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            _levels = [.. _levels, level];
            metadata = _metadata;
        }

        if (metadata is not null)
        {
            level.Lease.Describe(metadata);
        }

        return true;
    }

    /// <summary>Ends one level.</summary>
    public void Drop(ConvertedLevel level)
    {
        lock (_lock)
        {
            if (!_levels.Contains(level))
            {
                return;
            }

            _levels = [.. _levels.Where(other => other != level)];
        }

        level.Lease.End(StreamEndReason.Unpublished);
        _owner.LevelEnded(this, level);
    }

    /// <summary>Asks the source for a keyframe, where that is of use.</summary>
    public void AskForKeyframe()
    {
        if (_canAskForKeyframes)
        {
            Source.RequestKeyframe();
        }
    }

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        // The formats ride on the frames.
        if (formats.Metadata is { } metadata)
        {
            Describe(metadata);
        }
    }

    /// <inheritdoc/>
    public void Deliver(MediaFrame frame)
    {
        if (frame.Format is FlvTagFormat { TrackId: > 0 })
        {
            frame.Release(); // Further tracks are whatever the publisher makes them: levels have none.
            return;
        }

        _bridge!.Offer(frame); // Set before it was attached.
    }

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata)
    {
        ConvertedLevel[] levels;
        lock (_lock)
        {
            (_metadata, levels) = (metadata, _levels);
        }

        foreach (ConvertedLevel level in levels)
        {
            level.Lease.Describe(metadata);
        }
    }

    /// <inheritdoc/>
    void IStreamOutlet.End(StreamEndReason reason) => _bridge!.Finish(reason); // Set before it was attached.

    /// <inheritdoc/>
    void IBridgeSource.RequestKeyframe() => Source.RequestKeyframe();

    /// <inheritdoc/>
    public bool IsWanted(TimeSpan now)
    {
        NoteSource();
        foreach (ConvertedLevel level in Volatile.Read(ref _levels))
        {
            if (!level.IsWanted(now, _owner.Linger))
            {
                Drop(level);
            }
        }

        lock (_lock)
        {
            _isClosed |= _levels.Length == 0;
            return !_isClosed;
        }
    }

    /// <inheritdoc/>
    public void BridgeEnded(string? failure)
    {
        EndLevels(StreamEndReason.Unpublished);
        Source.Detach(this);
        _owner.ConversionEnded(this, _decodingCost, failure);
    }

    /// <inheritdoc/>
    public void Pass(MediaFrame frame)
    {
        foreach (ConvertedLevel level in Volatile.Read(ref _levels))
        {
            level.Lease.Publish(frame.AddReference());
        }

        frame.Release();
    }

    /// <inheritdoc/>
    public void Convert(MediaFrame picture, PicturePlace place, bool isKeyframeWanted)
    {
        TimeSpan begun = _workers.Clock.Now;
        IVideoLadder ladder = FollowLevels();
        if (isKeyframeWanted)
        {
            ladder.RequestKeyframe();
        }

        ladder.Push(picture, place == PicturePlace.Shown);
        _converted += picture.Format is H264Format format ? format.Width * (double)format.Height * ConversionBudget.DecodingShare : 0;
        while (ladder.TryTake(out MediaFrame? converted, out string name))
        {
            Publish(converted!, name); // Taken: not null.
        }

        TimeSpan now = _workers.Clock.Now;
        _busy += now - begun;
        _shown += place == PicturePlace.Shown ? 1 : 0;
        _leftOut += place == PicturePlace.LeftOut ? 1 : 0;
        if (now - _judgedAt >= JudgementInterval)
        {
            Judge(now);
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _ladder?.Dispose();
        (_ladder, _told) = (null, []);
    }

    /// <inheritdoc/>
    void IBridgeConversion.End(StreamEndReason reason) => EndLevels(reason);

    private void NoteSource() => _canAskForKeyframes = Source.Lease?.Control.AnswersKeyframeRequests ?? false;

    private IVideoLadder FollowLevels()
    {
        _ladder ??= _owner.Ladders.Create();
        ConvertedLevel[] levels = Volatile.Read(ref _levels);
        if (!ReferenceEquals(levels, _told))
        {
            _ladder.SetLevels([.. levels.Select(static level => level.Plan)]);
            _told = levels;
        }

        return _ladder;
    }

    private void Publish(MediaFrame picture, string name)
    {
        _converted += picture.Format is H264Format format ? format.Width * (double)format.Height : 0;
        foreach (ConvertedLevel level in _told)
        {
            if (level.Plan.Name == name)
            {
                _workers.Metrics.PictureBridged(_workers.Clock.Now - picture.ReceivedAt);
                level.Lease.Publish(picture);
                return;
            }
        }

        picture.Release();
    }

    /// <summary>
    /// Where too many pictures were left out, the level that costs most ends, so that the others stay in time; the last one goes on with
    /// fewer pictures.
    /// </summary>
    private void Judge(TimeSpan now)
    {
        _owner.Budget.Note(_converted, _busy);
        bool isTooSlow = _leftOut > (_shown + _leftOut) * TooMuchLeftOut;
        int leftOut = _leftOut;
        (_judgedAt, _busy, _converted, _shown, _leftOut) = (now, TimeSpan.Zero, 0, 0, 0);
        IsWanted(now);
        ConvertedLevel[] levels = Volatile.Read(ref _levels);
        if (!isTooSlow || levels.Length == 0)
        {
            return;
        }

        ConvertedLevel costliest = levels.MaxBy(static level => level.Cost)!; // There is one.
        _owner.FellBehind(this, costliest, leftOut, isLast: levels.Length == 1);
        if (levels.Length > 1)
        {
            Drop(costliest);
        }
    }

    private void EndLevels(StreamEndReason reason)
    {
        ConvertedLevel[] levels;
        lock (_lock)
        {
            _isClosed = true;
            (levels, _levels) = (_levels, []);
        }

        foreach (ConvertedLevel level in levels)
        {
            level.Lease.End(reason);
            _owner.LevelEnded(this, level);
        }
    }
}
