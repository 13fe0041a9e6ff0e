using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// One stream as the viewers of one worker see it: frames come in from the stream, become wire images once, and stay in a ring that
/// all viewers' cursors read. <see cref="Start"/>, <see cref="Deliver"/> and <see cref="End"/> are called by whoever publishes, under
/// the stream's lock; everything else belongs to the worker's thread.
/// </summary>
internal sealed class StreamFeed : WorkItem, IStreamOutlet, IImageSource
{
    /// <summary>
    /// Frames that may wait for the worker: a cached group of ten seconds at 60 pictures a second comes at once, and thrice that fits. When
    /// it is full the worker is hopelessly late: frames are dropped up to the next keyframe and counted.
    /// </summary>
    public const int MaxWaitingFrames = 4096 - ReservedPlaces;

    /// <summary>Places kept for <see cref="Start"/> and <see cref="End"/>, which are never dropped.</summary>
    private const int ReservedPlaces = 2;

    private readonly SpscQueue<FeedInput> _input = new(MaxWaitingFrames + ReservedPlaces);
    private readonly List<Viewer> _viewers = [];
    private readonly FanOutContext _context;
    private readonly WireImageBuilder _builder;
    private FeedFormats _formats = FeedFormats.None;
    private WireImage? _preamble;
    private long _preambleStart;
    private FeedFormats? _preambleFormats;
    private TimeSpan _startedAt;

    // Written under the stream's lock only; read by the worker after the start was queued.
    private FeedFormats _startFormats = FeedFormats.None;
    private bool _carriesVideo;
    private bool _dropsUntilKeyframe;

    /// <summary>Makes a feed that is not attached to its stream yet.</summary>
    /// <param name="context">The worker's means.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="messageStreamId">The message stream on which the viewers of this feed get their media.</param>
    public StreamFeed(FanOutContext context, LiveStream stream, uint messageStreamId)
    {
        _context = context;
        Stream = stream;
        MessageStreamId = messageStreamId;
        _builder = new WireImageBuilder(context, messageStreamId);
        Ring = new WireImageRing(context.Settings);
    }

    /// <summary>The stream.</summary>
    public LiveStream Stream { get; }

    /// <summary>The message stream of the viewers.</summary>
    public uint MessageStreamId { get; }

    /// <inheritdoc/>
    public WireImageRing Ring { get; }

    /// <inheritdoc/>
    public bool IsReady { get; private set; }

    /// <summary>Whether the stream has ended: what is in the ring is all there will be.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Those who watch.</summary>
    public List<Viewer> Viewers => _viewers;

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        _startFormats = new FeedFormats(formats.Video as H264Format, formats.Audio as AacFormat);
        Enqueue(new FeedInput(FeedInputKind.Start));
    }

    /// <inheritdoc/>
    public void Deliver(MediaFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _carriesVideo |= frame.Kind == TrackKind.Video;
        bool mayResume = frame.IsKeyframe && (frame.Kind == TrackKind.Video || !_carriesVideo);
        _dropsUntilKeyframe &= !mayResume;
        _dropsUntilKeyframe |= _input.Count >= MaxWaitingFrames;
        if (_dropsUntilKeyframe)
        {
            _context.Metrics.FramesDropped(1, "worker_late");
            frame.Release();
            return;
        }

        Enqueue(new FeedInput(FeedInputKind.Frame, frame));
    }

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata)
    {
    }

    /// <inheritdoc/>
    public void End(StreamEndReason reason) => Enqueue(new FeedInput(FeedInputKind.End));

    /// <summary>Turns what has come in into wire images; true when viewers may have something due.</summary>
    public bool TakeInput()
    {
        bool changed = false;
        while (_input.TryDequeue(out FeedInput input))
        {
            changed = true;
            switch (input.Kind)
            {
                case FeedInputKind.Start:
                    Begin();
                    break;
                case FeedInputKind.Frame:
                    TakeFrame(input.Frame!); // An input of this kind carries one.
                    break;
                default:
                    HasEnded = true;
                    break;
            }
        }

        return changed;
    }

    /// <inheritdoc/>
    public WireImage PreambleAt(long start)
    {
        WireImageDescription first = Ring[start].Description;
        if (_preamble is null || _preambleStart != start || !ReferenceEquals(_preambleFormats, _formats))
        {
            _preamble?.Release();
            (_preambleStart, _preambleFormats) = (start, _formats);
            _preamble = _builder.Header(first.Formats.CompletedBy(_formats), first.Stamp, first.Formats);
        }

        return _preamble.AddReference();
    }

    /// <summary>Adds a viewer, whose cursor then reads this feed.</summary>
    public void Add(Viewer viewer)
    {
        viewer.Feed = this;
        viewer.PlaceInFeed = _viewers.Count;
        _viewers.Add(viewer);
        viewer.Cursor.Attach(this);
        Stream.AddViewers(1);
        if (IsReady && Ring.Start == WireImageRing.NoStart)
        {
            Stream.RequestKeyframe();
        }
    }

    /// <summary>Removes a viewer.</summary>
    public void Remove(Viewer viewer)
    {
        Viewer last = _viewers[^1];
        _viewers[viewer.PlaceInFeed] = last;
        last.PlaceInFeed = viewer.PlaceInFeed;
        _viewers.RemoveAt(_viewers.Count - 1);
        viewer.Cursor.Detach();
        viewer.Feed = null;
        Stream.AddViewers(-1);
    }

    /// <summary>Lets everything go. The feed is detached from its stream and has no viewer left.</summary>
    public void Close()
    {
        while (_input.TryDequeue(out FeedInput input))
        {
            input.Frame?.Release();
        }

        _preamble?.Release();
        _preamble = null;
        Ring.Clear();
    }

    private void Enqueue(in FeedInput input)
    {
        if (!_input.TryEnqueue(input))
        {
            throw new InvalidOperationException("The places kept for start and end are taken.");
        }

        _context.Post(this);
    }

    private void Begin()
    {
        _formats = _startFormats;
        _startedAt = _context.Clock.Now;
        IsReady = true;
    }

    private void TakeFrame(MediaFrame frame)
    {
        try
        {
            Append(frame);
        }
        finally
        {
            frame.Release();
        }
    }

    private void Append(MediaFrame frame)
    {
        long stamp = frame.Decoding.ToMilliseconds();
        FeedFormats formats = _formats.With(frame.Format);
        if (!ReferenceEquals(formats, _formats))
        {
            _formats = formats;
            Ring.Append(_builder.Header(formats, stamp, formats));
        }

        bool isPicture = frame.Kind == TrackKind.Video;
        var description = new WireImageDescription(
            isPicture ? WireImageKind.Video : WireImageKind.Audio,
            stamp,
            isPicture ? frame.IsKeyframe : !Ring.HasPictures,
            formats,
            frame.ReceivedAt,
            frame.ReceivedAt >= _startedAt);
        Ring.Append(_builder.Frame(frame, description));
    }
}
