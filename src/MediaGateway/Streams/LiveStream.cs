using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// A published stream: its formats, its cached group of pictures, its outlets. One lock orders everything; under it frames are only
/// referenced and handed to outlets, which only enqueue. Requests to the publisher and to the audio workers are made outside the lock.
/// Any thread.
/// </summary>
internal sealed class LiveStream
{
    private readonly Lock _lock = new();
    private readonly SubscriptionList _subscriptions = new();
    private readonly PublisherCounters _counters = new();
    private readonly IPublisherControl _publisher;
    private readonly GatewayClock _clock;
    private readonly GatewayMetrics _metrics;
    private readonly GroupOfPicturesCache _cache;
    private readonly KeyframePolicy _keyframes;
    private readonly TrackTable _tracks;
    private readonly DerivedSound _derived;
    private readonly TimeSpan _publishedAt;
    private int _viewers;
    private bool _ended;

    /// <summary>Makes a stream without frames or outlets.</summary>
    public LiveStream(StreamKey key, ExpectedTracks tracks, IPublisherControl publisher, StreamServices services)
    {
        Key = key;
        _publisher = publisher;
        _clock = services.Clock;
        _metrics = services.Metrics;
        _publishedAt = _clock.Now;
        _cache = new GroupOfPicturesCache(services.Options.CacheDuration, services.Options.CacheBytes);
        _keyframes = new KeyframePolicy(services.Options.KeyframeInterval);
        _tracks = new TrackTable(tracks);
        _derived = new DerivedSound(this, services.AudioWorkers);
    }

    /// <summary>The stream's name.</summary>
    public StreamKey Key { get; }

    /// <summary>Viewers on every protocol.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>
    /// Adds an outlet. It is started, from the cached group or the next keyframe, as soon as the stream is ready; that may be within this
    /// call. An outlet may be attached once.
    /// </summary>
    /// <returns>False when the stream has ended: the outlet is not called at all.</returns>
    public bool Attach(IStreamOutlet outlet, SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(outlet);
        Errands errands;
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            if (_subscriptions.Contains(outlet))
            {
                throw new InvalidOperationException("The outlet is already attached.");
            }

            long firstGroup = options.StartAt == StartPoint.CachedGroup ? 0 : _cache.GroupNumber + 1;
            _subscriptions.Add(new Subscription(outlet, options, firstGroup));
            errands = Proceed(_clock.Now);
        }

        Run(errands);
        return true;
    }

    /// <summary>Removes an outlet: after the return it is called no more. Without effect when it is not attached or the stream has ended.</summary>
    public void Detach(IStreamOutlet outlet)
    {
        lock (_lock)
        {
            _subscriptions.Remove(outlet);
        }
    }

    /// <summary>Asks the publisher for a keyframe, for a viewer that cannot go on without one. Paced like every request.</summary>
    public void RequestKeyframe()
    {
        bool request;
        lock (_lock)
        {
            request = !_ended && _tracks.MayHaveVideo && _keyframes.ShouldRequest(_cache, somebodyWaits: true, _clock.Now);
        }

        Run(new Errands(request, null, null));
    }

    /// <summary>Counts viewers that an outlet serves, up or down: for the figures only.</summary>
    public void AddViewers(int change)
    {
        Interlocked.Add(ref _viewers, change);
        _metrics.SubscribersChanged(change);
    }

    /// <summary>Ends the session that publishes this stream, and with it the stream, soon.</summary>
    public void EndPublisher(SessionEndReason reason, string detail) => _publisher.End(reason, detail);

    /// <summary>What is known of the stream now.</summary>
    public StreamSnapshot Snapshot()
    {
        lock (_lock)
        {
            TimeSpan now = _clock.Now;
            return new StreamSnapshot
            {
                Key = Key,
                Age = now - _publishedAt,
                Video = _tracks.Video,
                Audio = _tracks.Audio,
                Viewers = Viewers,
                BitsPerSecond = _counters.BitsPerSecond(now),
                VideoFrames = _counters.VideoFrames,
                AudioFrames = _counters.AudioFrames,
                Bytes = _counters.Bytes,
                KeyframeRequests = _keyframes.Requests,
                DroppedGroups = _cache.DroppedGroups,
                CachedBytes = _cache.Bytes,
                Bridge = _derived.Snapshot(),
            };
        }
    }

    /// <summary>Takes a frame of the publisher; consumes the caller's reference. Only the lease calls it.</summary>
    internal void Publish(MediaFrame frame)
    {
        Errands errands = default;
        _metrics.FramePublished(frame.Kind);
        lock (_lock)
        {
            if (!_ended)
            {
                TimeSpan now = _clock.Now;
                TimeSpan time = frame.Decoding.ToTimeSpan();
                _counters.Count(frame, now);
                _tracks.Note(frame, now);
                _cache.Append(frame, time);
                _subscriptions.Offer(frame, time);
                _derived.Offer(frame, now);
                errands = Proceed(now);
            }
        }

        frame.Release();
        Run(errands);
    }

    /// <summary>Takes the publisher's words about the stream. Only the lease calls it.</summary>
    internal void Describe(StreamMetadata metadata)
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _subscriptions.Describe(metadata);
            }
        }
    }

    /// <summary>Ends the stream: each outlet is told once. Only the lease calls it.</summary>
    internal void End(StreamEndReason reason)
    {
        AudioBridge? bridge;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _subscriptions.End(reason);
            bridge = _derived.Stop();
            _cache.Clear();
        }

        bridge?.Wake();
    }

    /// <summary>Hands waiting packets to their bridge. False when the bridge is no longer the stream's. Only the bridge calls it.</summary>
    internal bool TakeSound(BridgeFeed feed, List<MediaFrame> batch, out BridgeInput input)
    {
        lock (_lock)
        {
            input = feed.IsStopped ? default : feed.Take(batch, _clock.Now);
            return !feed.IsStopped;
        }
    }

    /// <summary>
    /// Takes derived sound and notes how far the bridge has come; consumes the references of <paramref name="frames"/>. Only the bridge
    /// calls it.
    /// </summary>
    internal void PublishDerived(BridgeFeed feed, in BridgeInput input, List<MediaFrame> frames, TrackFormat format, long concealedPackets)
    {
        lock (_lock)
        {
            foreach (MediaFrame frame in frames)
            {
                TimeSpan time = frame.Decoding.ToTimeSpan();
                if (!feed.IsStopped && feed.Continues(time))
                {
                    _cache.AppendDerived(frame, time);
                    _subscriptions.Offer(frame, time);
                }

                frame.Release();
            }

            if (!feed.IsStopped)
            {
                feed.Complete(input, format, concealedPackets);
                StartWaiting(_clock.Now);
            }
        }
    }

    private Errands Proceed(TimeSpan now)
    {
        AudioBridge? started = _derived.StartIfNeeded(_subscriptions, _tracks, _cache, now);
        AudioBridge? stopped = _derived.StopIfIdle(_subscriptions, _cache, now);
        StartWaiting(now);
        return new Errands(ShouldRequestKeyframe(now), started, stopped ?? _derived.BridgeWithPackets);
    }

    private void StartWaiting(TimeSpan now)
    {
        if (_subscriptions.Waiting > 0 && _tracks.IsReady(now))
        {
            var conditions = new StartConditions(_tracks.Video, _tracks.Audio, _derived.Format, _derived.IsPending(now));
            _subscriptions.StartWaiting(conditions, _cache);
        }
    }

    private bool ShouldRequestKeyframe(TimeSpan now) =>
        _subscriptions.Count > 0
        && _tracks.MayHaveVideo
        && _keyframes.ShouldRequest(_cache, _subscriptions.AnyWaitsForKeyframe(_cache), now);

    private void Run(in Errands errands)
    {
        if (errands.RequestKeyframe)
        {
            _publisher.RequestKeyframe();
        }

        if (errands.Start is { } bridge)
        {
            _derived.Adopt(bridge);
        }

        errands.Wake?.Wake();
    }

    /// <summary>What is left to do once the lock is free.</summary>
    private readonly record struct Errands(bool RequestKeyframe, AudioBridge? Start, AudioBridge? Wake);
}
