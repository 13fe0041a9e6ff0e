using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// A published stream: its formats, its cached group of pictures, its outlets. Publishers may feed it one after the other; viewers see one
/// stream on one timeline. One lock orders everything; under it frames are only referenced and handed to outlets, which only enqueue.
/// Requests to the publisher and to the audio workers are made outside the lock. Any thread.
/// </summary>
internal sealed class LiveStream
{
    private readonly Lock _lock = new();
    private readonly SubscriptionList _subscriptions = new();
    private readonly GatewayClock _clock;
    private readonly GatewayMetrics _metrics;
    private readonly GroupOfPicturesCache _cache;
    private readonly KeyframePolicy _keyframes;
    private readonly DerivedSound _derived;
    private readonly StreamIntake _intake;
    private readonly TimeSpan _publishedAt;
    private readonly bool _isListed;
    private PublishLease? _lease;
    private StreamState _state = StreamState.AwaitingPublisher;
    private int _viewers;

    /// <summary>Makes a stream without publisher, frames or outlets.</summary>
    public LiveStream(StreamKey key, StreamServices services, bool isListed = true)
    {
        (Key, _isListed) = (key, isListed);
        (_clock, _metrics) = (services.Clock, services.Metrics);
        _publishedAt = _clock.Now;
        _cache = new GroupOfPicturesCache(services.Options.CacheBytes);
        _keyframes = new KeyframePolicy(services.Options.KeyframeInterval);
        _derived = new DerivedSound(this, services.AudioWorkers);
        Drops = new StreamDrops(services.Metrics);
        _intake = new StreamIntake(_cache, _subscriptions, _derived, services.Options, Drops);
    }

    /// <summary>The stream's name.</summary>
    public StreamKey Key { get; }

    /// <summary>Viewers on every protocol.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Its frames that did not go where they were to go.</summary>
    public StreamDrops Drops { get; }

    /// <summary>Where the stream is in its life.</summary>
    public StreamState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>How old the keyframe is with which the cached group of pictures begins; null while there is none.</summary>
    public TimeSpan? CachedGroupAge
    {
        get
        {
            lock (_lock)
            {
                return _cache.HasGroup ? _clock.Now - _cache.GroupReceivedAt : null;
            }
        }
    }

    /// <summary>Whether its pictures are shown in another order than they are decoded, as far as is known. Costs no lock.</summary>
    public bool HasBFrames => _intake.Order.HasBFrames;

    /// <summary>Whether somebody watches or converts it; pushes and recordings alone do not count.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
            {
                return Viewers > 0 || _subscriptions.AnyIsMeant;
            }
        }
    }

    /// <summary>Outlets attached.</summary>
    public int Outlets
    {
        get
        {
            lock (_lock)
            {
                return _subscriptions.Count;
            }
        }
    }

    /// <summary>The lease of the publisher of now, or of the one that was lost; null before the first.</summary>
    internal PublishLease? Lease
    {
        get
        {
            lock (_lock)
            {
                return _lease;
            }
        }
    }

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
            if (_state == StreamState.Ended)
            {
                return false;
            }

            if (_subscriptions.Contains(outlet))
            {
                throw new InvalidOperationException("The outlet is already attached.");
            }

            if (options.StartAt == StartPoint.NextKeyframe && _lease is { Control.AnswersKeyframeRequests: false })
            {
                options = options with { StartAt = StartPoint.CachedGroup };
            }

            long firstGroup = options.StartAt == StartPoint.CachedGroup ? 0 : _cache.GroupNumber + 1;
            var subscription = new Subscription(outlet, options, firstGroup);
            if (_intake.Tracks.Audio is { } audio)
            {
                subscription.ResolveSound(audio.Codec);
            }

            _subscriptions.Add(subscription);
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
    /// <returns>False when this publisher cannot be asked: the next keyframe comes when its encoder makes one.</returns>
    public bool RequestKeyframe()
    {
        IPublisherControl? publisher;
        bool canBeAsked;
        lock (_lock)
        {
            publisher = PublisherToAsk(somebodyWaits: true, _clock.Now);
            canBeAsked = _lease is not { Control.AnswersKeyframeRequests: false };
        }

        publisher?.RequestKeyframe();
        return canBeAsked;
    }

    /// <summary>Counts viewers that an outlet serves, up or down: for the figures only.</summary>
    public void AddViewers(int change)
    {
        Interlocked.Add(ref _viewers, change);
        _metrics.SubscribersChanged(change);
    }

    /// <summary>Ends the session that publishes this stream, and with it the stream, soon; at once when the publisher was lost.</summary>
    public void EndPublisher(SessionEndReason reason, string detail)
    {
        PublishLease? lease;
        bool isPublished;
        lock (_lock)
        {
            (lease, isPublished) = (_lease, _state == StreamState.Published);
        }

        if (isPublished)
        {
            lease?.Control.End(reason, detail);
            return;
        }

        lease?.Abandon(reason == SessionEndReason.ServerShutdown ? StreamEndReason.ServerShutdown : StreamEndReason.Unpublished);
    }

    /// <summary>What is known of the stream now.</summary>
    public StreamSnapshot Snapshot()
    {
        lock (_lock)
        {
            TimeSpan now = _clock.Now;
            return new StreamSnapshot
            {
                Key = Key,
                State = _state,
                PublisherProtocol = _state == StreamState.Published ? _lease?.Control.Protocol : null,
                PublishedAt = _publishedAt,
                Age = now - _publishedAt,
                Video = _intake.Tracks.Video,
                Audio = _intake.Tracks.Audio,
                Additional = _intake.Additional ?? [],
                Viewers = Viewers,
                BitsPerSecond = _intake.Counters.BitsPerSecond(now),
                VideoFrames = _intake.Counters.VideoFrames,
                AudioFrames = _intake.Counters.AudioFrames,
                Bytes = _intake.Counters.Bytes,
                KeyframeRequests = _keyframes.Requests,
                HasBFrames = _intake.Order.HasBFrames,
                DroppedGroups = _cache.DroppedGroups,
                CachedBytes = _cache.Held.Bytes,
                Skew = _intake.Counters.Skew.Value,
                KeyframeAge = now - _intake.Counters.KeyframeAt,
                WaitingFrames = _subscriptions.WaitingFrames,
                Drops = Drops.Snapshot(),
                Discards = Drops.Discards(),
                Bridges = _derived.Snapshot(),
            };
        }
    }

    /// <summary>Whether that lease feeds the stream.</summary>
    internal bool IsFedBy(PublishLease lease)
    {
        lock (_lock)
        {
            return IsFeeding(lease);
        }
    }

    /// <summary>
    /// Gives the stream its publisher, the first one or the next. Only the registry calls it.
    /// </summary>
    internal void Seat(PublishLease lease)
    {
        lock (_lock)
        {
            _intake.Begin(lease, isFirst: _lease is null);
            (_lease, _state) = (lease, StreamState.Published);
        }
    }

    /// <summary>Takes the publisher away; viewers stay. Only the registry calls it.</summary>
    internal void Unseat()
    {
        lock (_lock)
        {
            _state = StreamState.AwaitingPublisher;
        }
    }

    /// <summary>Takes a frame of the publisher; consumes the caller's reference, also when the lease is no longer in force. Only the lease calls it.</summary>
    internal void Publish(PublishLease lease, MediaFrame frame)
    {
        Errands errands = default;
        if (_isListed)
        {
            _metrics.FramePublished(frame.Kind);
        }

        lock (_lock)
        {
            if (IsFeeding(lease))
            {
                TimeSpan now = _clock.Now;
                frame = _intake.Take(frame, now);
                errands = Proceed(now);
            }
        }

        frame.Release();
        Run(errands);
    }

    /// <summary>Takes the publisher's words about the stream. Only the lease calls it.</summary>
    internal void Describe(PublishLease lease, StreamMetadata metadata)
    {
        lock (_lock)
        {
            if (IsFeeding(lease))
            {
                _intake.Describe(metadata);
            }
        }
    }

    /// <summary>Takes what the publisher says of its tracks: only these are waited for. Only the lease calls it.</summary>
    internal void Announce(PublishLease lease, ExpectedTracks tracks)
    {
        lock (_lock)
        {
            if (IsFeeding(lease))
            {
                _intake.Tracks.Announce(tracks);
            }
        }
    }

    /// <summary>Ends the stream: each outlet is told once. Only the registry calls it.</summary>
    internal void End(StreamEndReason reason)
    {
        IReadOnlyList<AudioBridge> bridges;
        lock (_lock)
        {
            if (_state == StreamState.Ended)
            {
                return;
            }

            _state = StreamState.Ended;
            _subscriptions.End(reason);
            bridges = _derived.Stop();
            _cache.Clear();
        }

        foreach (AudioBridge bridge in bridges)
        {
            bridge.Wake();
        }
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
    /// Takes derived sound and notes how far the bridge has come; consumes the references of <paramref name="frames"/>. Without a
    /// <paramref name="format"/> there is no transcoder: viewers start without sound. Only the bridge calls it.
    /// </summary>
    internal void PublishDerived(BridgeFeed feed, in BridgeInput input, List<MediaFrame> frames, TrackFormat? format, long concealedPackets, TimeSpan? delay)
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
                feed.Complete(input, format, concealedPackets, delay);
                StartWaiting(_clock.Now);
            }
        }
    }

    private bool IsFeeding(PublishLease lease) => _state == StreamState.Published && ReferenceEquals(_lease, lease);

    private Errands Proceed(TimeSpan now)
    {
        AudioBridge? stopped = _derived.StopIfIdle(_subscriptions, _intake.Tracks, _cache, now);
        AudioBridge? started = _derived.StartIfNeeded(_subscriptions, _intake.Tracks, _cache, now);
        StartWaiting(now);
        IPublisherControl? asked = _subscriptions.Count > 0 ? PublisherToAsk(_subscriptions.AnyWaitsForKeyframe(_cache), now) : null;
        return new Errands(asked, started, stopped, _derived.TakeHasPackets());
    }

    private void StartWaiting(TimeSpan now)
    {
        if (_subscriptions.Waiting > 0 && _intake.Tracks.IsReady(now))
        {
            var conditions = new StartConditions(_intake, _derived, now);
            _subscriptions.StartWaiting(conditions, _cache);
        }
    }

    /// <summary>The publisher, if it is to be asked for a keyframe now.</summary>
    private IPublisherControl? PublisherToAsk(bool somebodyWaits, TimeSpan now) =>
        _state == StreamState.Published
        && _intake.Tracks.MayHaveVideo
        && _lease is { Control: { AnswersKeyframeRequests: true } publisher }
        && _keyframes.ShouldRequest(_cache, somebodyWaits, now)
            ? publisher
            : null;

    private void Run(in Errands errands)
    {
        errands.AskForKeyframe?.RequestKeyframe();
        if (errands.Start is { } bridge)
        {
            _derived.Adopt(bridge);
        }

        errands.Stopped?.Wake();
        if (errands.WakeBridges)
        {
            _derived.Wake();
        }
    }

    /// <summary>What is left to do once the lock is free.</summary>
    private readonly record struct Errands(IPublisherControl? AskForKeyframe, AudioBridge? Start, AudioBridge? Stopped, bool WakeBridges);
}
