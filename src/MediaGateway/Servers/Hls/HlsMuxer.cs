using System.Security.Cryptography;
using System.Text;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// Makes the segments of one stream in one container, for all of its viewers, from the first request until nobody has asked for a while.
/// One task takes the stream's frames; requests read what it has made, under one lock that nobody holds while waiting or sending.
/// </summary>
internal sealed class HlsMuxer
{
    private const int EpochBytes = 9;

    private static readonly SubscriptionOptions Subscription = new(AudioPreference.Aac, StartPoint.CachedGroup);

    private readonly Lock _lock = new();
    private readonly WakeSignal _wake = new();
    private readonly HlsServices _services;
    private readonly BoundedOutlet _outlet;
    private readonly HlsWindow _window;
    private readonly HlsSegmenter _segmenter;
    private readonly HlsPlaylistWriter _playlists;
    private readonly byte[]?[] _written = new byte[]?[2];
    private readonly long[] _writtenVersions = [-1, -1];
    private HlsMuxer? _sibling;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private long _toldVersion;
    private long _dropped;
    private long _discarded;
    private long _lastAsked;
    private volatile bool _isStopping;
    private string? _unsupported;

    /// <summary>Makes a muxer that does nothing yet.</summary>
    /// <param name="stream">What it takes.</param>
    /// <param name="container">What it writes.</param>
    /// <param name="firstNumber">The number of its first segment.</param>
    /// <param name="firstDiscontinuity">The discontinuity sequence number of its first segment.</param>
    /// <param name="sibling">Another level of the same stream, whose numbers it takes where it can; null for none.</param>
    /// <param name="services">The rest of the gateway.</param>
    public HlsMuxer(
        LiveStream stream, HlsContainer container, long firstNumber, long firstDiscontinuity, HlsMuxer? sibling, HlsServices services)
    {
        (Stream, Container, _sibling, _services) = (stream, container, sibling, services);
        Epoch = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(EpochBytes));
        HlsOptions options = services.Options;
        var shape = new HlsShape
        {
            SegmentDuration = options.SegmentDuration,
            PartDuration = options.PartDuration,
            Window = options.Window,
            WindowBytes = options.WindowBytes,
            HasKeyframesOnRequest = stream.Lease is { Control.AnswersKeyframeRequests: true },
            FirstNumber = firstNumber,
            FirstDiscontinuity = firstDiscontinuity,
            Follow = PlaceInSibling,
        };
        IHlsPackager packager = container.Packager();
        _window = new HlsWindow(shape);
        _segmenter = new HlsSegmenter(shape, _window, packager, services.Buffers);
        _playlists = new HlsPlaylistWriter($"{Epoch}/", packager.Extension);
        _outlet = new BoundedOutlet(TimeSpan.MaxValue, HlsLimits.QueueBytes, services.Clock, _wake.Set);
        Touch();
    }

    /// <summary>What it takes.</summary>
    public LiveStream Stream { get; }

    /// <summary>What it writes.</summary>
    public HlsContainer Container { get; }

    /// <summary>
    /// Names this run in the addresses of its segments: nobody guesses it, so that who has not been given a playlist finds no segment, and
    /// what another run has made is never taken for this one's.
    /// </summary>
    public string Epoch { get; }

    /// <summary>Whether nothing will be added.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _window.HasEnded;
            }
        }
    }

    /// <summary>The number that the segment after the newest gets.</summary>
    public long NextNumber
    {
        get
        {
            lock (_lock)
            {
                return _window.NextNumber;
            }
        }
    }

    /// <summary>The last segment and part that players may know; null while nothing is listed, and after the end.</summary>
    public (long Number, int? Part)? LastTold
    {
        get
        {
            lock (_lock)
            {
                return _window.HasEnded ? null : _window.LastTold;
            }
        }
    }

    /// <summary>Gateway time of the last request.</summary>
    public TimeSpan LastAsked => TimeSpan.FromTicks(Volatile.Read(ref _lastAsked));

    /// <summary>Begins. False: the stream has ended.</summary>
    public bool TryStart()
    {
        if (!Stream.Attach(_outlet, Subscription))
        {
            return false;
        }

        _services.Logger.HlsStarted(Stream.Key, Container.ToString());
        _running = _services.Resources.RunAsync(ResourceKind.HlsMuxer, RunAsync);
        return true;
    }

    /// <summary>Somebody has asked for something.</summary>
    public void Touch() => Volatile.Write(ref _lastAsked, _services.Clock.Now.Ticks);

    /// <summary>The media playlist, when it holds what the query asks for.</summary>
    public async Task<HlsAnswer> ReadPlaylistAsync(HlsQuery query, CancellationToken cancellation)
    {
        TimeSpan began = _services.Clock.Now;
        using IDisposable? wait = _services.Waits.TryBegin();
        while (true)
        {
            Task changed;
            TimeSpan patience;
            lock (_lock)
            {
                if (_unsupported is not null)
                {
                    return HlsAnswer.Unsupported(_unsupported);
                }

                if (_isStopping)
                {
                    return HlsAnswer.Stopping;
                }

                if (_window.IsListed)
                {
                    if (IsTooFarAhead(query))
                    {
                        return HlsAnswer.TooFarAhead;
                    }

                    if (_window.HasEnded || Holds(query))
                    {
                        return HlsAnswer.Of(Playlist(query.IsDelta));
                    }
                }
                else if (_window.HasEnded)
                {
                    return HlsAnswer.Gone;
                }

                changed = _changed.Task;
                patience = _window.IsListed
                    ? TimeSpan.FromSeconds(HlsLimits.TargetsToWait * _window.TargetSeconds)
                    : HlsLimits.FirstWait;
            }

            if (wait is null || !await WaitAsync(changed, began + patience, cancellation))
            {
                if (query.NeedsHoldBack)
                {
                    query = query with { NeedsHoldBack = false };
                    continue; // what there is
                }

                return HlsAnswer.NotYet;
            }
        }
    }

    /// <summary>What the first listed segments hold, once something is listed; null when that takes too long or the stream has ended.</summary>
    public async Task<(HlsAnswer Answer, HlsInitialization? Initialization)> ReadInitializationAsync(CancellationToken cancellation)
    {
        HlsAnswer answer = await ReadPlaylistAsync(default, cancellation);
        lock (_lock)
        {
            return (answer, _window.Newest?.Initialization);
        }
    }

    /// <summary>The bytes of a complete segment; null when it is not there. The caller owns a reference to each.</summary>
    public HlsBlob[]? TakeSegment(long number)
    {
        lock (_lock)
        {
            return _window.Find(number) is { IsComplete: true } segment ? [.. segment.Parts.Select(part => part.Blob.AddReference())] : null;
        }
    }

    /// <summary>The media initialization section; null when it is not there.</summary>
    public byte[]? FindInitialization(int number)
    {
        lock (_lock)
        {
            return _window.FindInitialization(number)?.Bytes;
        }
    }

    /// <summary>
    /// The bytes of a part; waits for the one that the playlist hints at. Null when it is not there and will not be. The caller owns a
    /// reference.
    /// </summary>
    public async Task<HlsBlob?> TakePartAsync(long number, int part, CancellationToken cancellation)
    {
        TimeSpan began = _services.Clock.Now;
        using IDisposable? wait = _services.Waits.TryBegin();
        while (true)
        {
            Task changed;
            TimeSpan patience;
            lock (_lock)
            {
                if (_window.Find(number) is { } segment && part < segment.Parts.Count)
                {
                    return segment.Parts[part].Blob.AddReference();
                }

                if (_window.HasEnded || _window.Edge != (number, part))
                {
                    return null;
                }

                (changed, patience) = (_changed.Task, TimeSpan.FromSeconds(HlsLimits.TargetsToWait * Math.Max(1, _window.TargetSeconds)));
            }

            if (wait is null || !await WaitAsync(changed, began + patience, cancellation))
            {
                return null;
            }
        }
    }

    /// <summary>Ends, with words for the log: takes no more frames and lets every segment go. Whoever waits is told to come back.</summary>
    public async Task StopAsync(string reason)
    {
        Stream.Detach(_outlet);
        _isStopping = true;
        _wake.Set();
        await _running;
        long segments;
        lock (_lock)
        {
            segments = _window.Made;
            _sibling = null;
            _segmenter.Clear();
            _window.Clear();
        }

        _outlet.Close();
        NoteDropped();
        Tell();
        _services.Logger.HlsStopped(Stream.Key, reason, segments, _outlet.DroppedFrames);
    }

    // Once, for the first segment; under this one's lock, but never the other way round: the sibling is older.
    private HlsPlace? PlaceInSibling(long time, bool isKeyframe)
    {
        HlsPlace? place = _sibling?.PlaceOf(time, isKeyframe);
        _sibling = null;
        return place;
    }

    private HlsPlace? PlaceOf(long time, bool isKeyframe)
    {
        lock (_lock)
        {
            return _window.HasEnded ? null : _window.PlaceOf(time, isKeyframe);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync();
                if (_isStopping)
                {
                    return;
                }

                if (Work())
                {
                    Stream.RequestKeyframe();
                }

                NoteDropped();
                Tell();
            }
        }
        catch (Exception exception)
        {
            _services.Logger.HlsFault(exception, Stream.Key);
            Stream.Detach(_outlet);
            _outlet.Close();
            lock (_lock)
            {
                _window.End();
            }

            Tell();
        }
    }

    // One item at a time, so that requests never wait for more than the writing of one part.
    private bool Work()
    {
        bool wantsKeyframe = false;
        while (_outlet.TryTake(out OutletItem item))
        {
            lock (_lock)
            {
                Take(item);
                wantsKeyframe |= _segmenter.TakeKeyframeRequest();
            }
        }

        return wantsKeyframe;
    }

    // The task, and whoever stops it when it is over.
    private void NoteDropped()
    {
        (long dropped, long discarded) = (_outlet.DroppedFrames, _window.Discarded);
        if (dropped > _dropped)
        {
            Stream.Drops.Add(StreamDropReason.SegmenterLate, dropped - _dropped);
        }

        if (discarded > _discarded)
        {
            Stream.Drops.Add(StreamDiscard.HlsSegments, discarded - _discarded);
        }

        (_dropped, _discarded) = (dropped, discarded);
    }

    private void Take(in OutletItem item)
    {
        switch (item.Kind)
        {
            case OutletItemKind.Start:
                _unsupported = item.Formats.Video is { } video and not H264Format
                    ? $"The stream's pictures are {video.Codec}, which HLS is not made of here: it takes H.264."
                    : null;
                _segmenter.Start(item.Formats.Video, item.Formats.Audio);
                break;
            case OutletItemKind.Frame:
                MediaFrame frame = item.Frame!; // this kind has one
                _segmenter.Add(frame, _services.Time.GetUtcNow() - (_services.Clock.Now - frame.ReceivedAt));
                break;
            case OutletItemKind.End:
                _segmenter.End();
                break;
        }
    }

    private void Tell()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_toldVersion == _window.Version && _unsupported is null)
            {
                return;
            }

            _toldVersion = _window.Version;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private async Task<bool> WaitAsync(Task changed, TimeSpan until, CancellationToken cancellation)
    {
        TimeSpan left = until - _services.Clock.Now;
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            await changed.WaitAsync(left, _services.Time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private bool IsTooFarAhead(in HlsQuery query) => query.Segment is { } number && number > _window.Edge.Number - 1 + HlsLimits.SegmentsAhead;

    private bool Holds(in HlsQuery query)
    {
        if (query.Segment is not { } number)
        {
            return !query.NeedsHoldBack || _window.IsLongEnough;
        }

        (long edge, int parts) = _window.Edge;
        HlsSegment? segment = _window.Find(number);
        if (query.Part is not { } part)
        {
            return number < edge;
        }

        // A part after a segment's last one is the first one of the next (RFC 8216bis 6.2.5.2).
        bool isPastEnd = segment is { IsComplete: true, ListsParts: true } && part >= segment.Parts.Count;
        (number, part) = isPastEnd ? (number + 1, 0) : (number, part);
        return number < edge || (number == edge && part < parts);
    }

    private byte[] Playlist(bool isDelta)
    {
        int index = isDelta ? 1 : 0;
        if (_writtenVersions[index] != _window.Version || _written[index] is null)
        {
            _written[index] = Encoding.UTF8.GetBytes(_playlists.Write(_window, isDelta));
            _writtenVersions[index] = _window.Version;
        }

        return _written[index]!; // written above
    }
}
