using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
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
    private readonly List<Viewer> _candidates = [];
    private readonly FanOutContext _context;
    private readonly WireImageBuilder _builder;
    private FeedFormats _formats = FeedFormats.None;
    private WireImage? _preamble;
    private long _preambleStart;
    private FeedFormats? _preambleFormats;
    private readonly SoundGate _soundGate;
    private TimeSpan _startedAt;

    // Written under the stream's lock only; read by the worker after the start was queued.
    private StreamFormats _startFormats;

    // Written by whoever publishes, taken by the worker. Only the newest description counts, so that it needs no place in the queue.
    private StreamMetadata? _described;
    private bool _carriesVideo;
    private bool _dropsUntilKeyframe;

    /// <summary>Makes a feed that is not attached to its stream yet.</summary>
    /// <param name="context">The worker's means.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="messageStreamId">The message stream on which the viewers of this feed get their media.</param>
    /// <param name="variant">What of the stream.</param>
    /// <param name="shift">What is added to the stream's times.</param>
    public StreamFeed(FanOutContext context, LiveStream stream, uint messageStreamId, ViewerVariant variant, long shift = 0)
    {
        (Variant, Shift) = (variant, shift);
        _soundGate = new SoundGate(context.Settings.VideoFirst);
        Hold = new SoundHold(context.Settings);
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

    /// <summary>What of the stream the viewers get.</summary>
    public ViewerVariant Variant { get; }

    /// <summary>
    /// What is added to the stream's times, in milliseconds: not 0 for viewers who have come over from a stream with another clock, and
    /// whose timeline goes on.
    /// </summary>
    public long Shift { get; }

    /// <summary>The codec of the pictures when the players of this feed have not announced it: they get none. Null when all is well.</summary>
    public CodecId? Unplayable { get; private set; }

    /// <inheritdoc/>
    public WireImageRing Ring { get; }

    /// <inheritdoc/>
    public bool IsReady { get; private set; }

    /// <inheritdoc/>
    public int WaitingFrames => _input.Count;

    /// <summary>Whether the stream has ended: what is in the ring is all there will be.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Those who watch.</summary>
    public List<Viewer> Viewers => _viewers;

    /// <summary>Those who watch another feed and will come over to this one.</summary>
    public List<Viewer> Candidates => _candidates;

    /// <summary>What of the sound waits for a picture.</summary>
    public SoundHold Hold { get; }

    /// <summary>Whether anybody needs it.</summary>
    public bool IsNeeded => _viewers.Count + _candidates.Count > 0;

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        _startFormats = formats;
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
            Stream.Drops.Add(StreamDropReason.WorkerLate, 1);
            frame.Release();
            return;
        }

        Enqueue(new FeedInput(FeedInputKind.Frame, frame));
    }

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata)
    {
        Volatile.Write(ref _described, metadata);
        _context.Post(this);
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
                    Hold.NoteUrgent();
                    Begin();
                    break;
                case FeedInputKind.Frame:
                    TakeFrame(input.Frame!); // An input of this kind carries one.
                    break;
                default:
                    Hold.NoteUrgent();
                    HasEnded = true;
                    break;
            }
        }

        return changed | TakeDescription();
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
        Enter(viewer);
        viewer.Cursor.Attach(this);
        if (IsReady && Ring.Start == WireImageRing.NoStart)
        {
            Stream.RequestKeyframe();
        }
    }

    /// <summary>Adds a viewer whose cursor goes on with this feed by itself.</summary>
    public void Enter(Viewer viewer)
    {
        viewer.Feed = this;
        viewer.PlaceInFeed = _viewers.Count;
        _viewers.Add(viewer);
        Stream.AddViewers(1);
    }

    /// <summary>Removes a viewer.</summary>
    public void Remove(Viewer viewer)
    {
        Exit(viewer);
        viewer.Cursor.Detach();
    }

    /// <summary>Removes a viewer whose cursor has left by itself.</summary>
    public void Exit(Viewer viewer)
    {
        Viewer last = _viewers[^1];
        _viewers[viewer.PlaceInFeed] = last;
        last.PlaceInFeed = viewer.PlaceInFeed;
        _viewers.RemoveAt(_viewers.Count - 1);
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
        _startedAt = _context.Clock.Now;
        foreach (TrackFormat? format in (TrackFormat?[])[_startFormats.Video, _startFormats.Audio, .. _startFormats.Additional ?? []])
        {
            if (format is not null && MayCarry(format))
            {
                _formats = _formats.With(format);
            }
        }

        _formats = _formats with { Metadata = _startFormats.Metadata };
        if (_startFormats.Video is null && Stream.Snapshot().Age >= TimeSpan.FromMilliseconds(SoundGate.SoundOnlyAfter))
        {
            _soundGate.NoteSoundOnly();
        }

        IsReady = true;
    }

    private bool TakeDescription()
    {
        if (!IsReady || Interlocked.Exchange(ref _described, null) is not { } metadata)
        {
            return false;
        }

        _formats = _formats with { Metadata = metadata };
        Ring.Append(_builder.Metadata(_formats, Ring.NewestStamp));
        Hold.NoteUrgent();
        return true;
    }

    /// <summary>Whether these viewers can be sent a track; notes when it is the pictures that they cannot be sent.</summary>
    private bool MayCarry(TrackFormat format)
    {
        bool canCarry = RtmpMediaWriter.CanCarry(format, Variant.Capabilities) || IsAskedFor(format);
        if (format.Kind == TrackKind.Video && format is not FlvTagFormat { TrackId: > 0 })
        {
            Unplayable = canCarry ? null : format.Codec;
        }

        return canCarry;
    }

    /// <summary>Sound that the user has asked for by name, or AAC in the place of what cannot be sent: given although it was not announced.</summary>
    private bool IsAskedFor(TrackFormat format) =>
        format is AacFormat or PlainAudioFormat
        && (format.Codec == Variant.Audio.Wanted || format.Codec == Variant.Audio.Fallback || Variant.Audio.Accepted.Contains(format.Codec));

    private void TakeFrame(MediaFrame frame)
    {
        NoteWaiting(frame);
        try
        {
            if (!MayCarry(frame.Format))
            {
                return;
            }

            if (frame.Kind == TrackKind.Audio && Variant.IsSilent)
            {
                AppendSilence(frame);
            }
            else
            {
                Append(frame);
            }
        }
        finally
        {
            frame.Release();
        }
    }

    /// <summary>
    /// Sound waits if there are pictures to wait for. Viewers who are about to come over from another feed look at every frame, and so
    /// nothing waits while there are any.
    /// </summary>
    private void NoteWaiting(MediaFrame frame)
    {
        if (frame.Kind == TrackKind.Audio && Ring.HasPictures && _candidates.Count == 0)
        {
            Hold.NoteSound(frame.ReceivedAt);
        }
        else
        {
            Hold.NoteUrgent();
        }
    }

    /// <summary>Silence of the same length in the frame's place; nothing where there is no silence of that codec.</summary>
    private void AppendSilence(MediaFrame frame)
    {
        if (_context.Silence is not { } silence || !silence.TryGet(frame.Format, frame.Payload, out ReadOnlyMemory<byte> payload))
        {
            return;
        }

        PooledBuffer buffer = _context.Buffers.Rent(payload.Length, BufferOwner.Frame);
        payload.Span.CopyTo(buffer.Span);
        var silent = new MediaFrame(
            frame.Format, frame.Presentation, frame.Decoding, frame.IsKeyframe, buffer, 0, payload.Length, frame.ReceivedAt);
        try
        {
            Append(silent);
        }
        finally
        {
            silent.Release();
        }
    }

    private void Append(MediaFrame frame)
    {
        long stamp = frame.Decoding.ToMilliseconds() + Shift;
        FeedFormats formats = _formats.With(frame.Format);
        if (!ReferenceEquals(formats, _formats))
        {
            _formats = formats;
            Ring.Append(_builder.Change(formats, frame.Format, stamp));
        }

        bool isKeyframe = frame.Kind switch
        {
            TrackKind.Video => frame.IsKeyframe && frame.Format is not FlvTagFormat { TrackId: > 0 },
            TrackKind.Audio => !Ring.HasPictures && _soundGate.MayBeginAt(stamp, formats.Video is not null),
            _ => false,
        };
        var description = new WireImageDescription(
            KindOf(frame.Kind),
            stamp,
            isKeyframe,
            formats,
            frame.ReceivedAt,
            frame.Kind != TrackKind.Data && frame.ReceivedAt >= _startedAt);
        Ring.Append(_builder.Frame(frame, description));
    }

    private static WireImageKind KindOf(TrackKind kind) => kind switch
    {
        TrackKind.Video => WireImageKind.Video,
        TrackKind.Audio => WireImageKind.Audio,
        _ => WireImageKind.Data,
    };
}
