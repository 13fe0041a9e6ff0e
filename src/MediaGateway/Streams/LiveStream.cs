using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// A published stream: its formats, its cached group of pictures, its outlets. One lock orders everything; under it frames are only
/// referenced and handed to outlets, which only enqueue. Requests to the publisher are made outside the lock. Any thread.
/// </summary>
internal sealed class LiveStream
{
    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];
    private readonly IPublisherControl _publisher;
    private readonly GatewayClock _clock;
    private readonly GroupOfPicturesCache _cache;
    private readonly KeyframePolicy _keyframes;
    private readonly TrackTable _tracks;
    private readonly BitrateMeter _bitrate = new();
    private readonly TimeSpan _publishedAt;
    private long _videoFrames;
    private long _audioFrames;
    private long _bytes;
    private int _waiting;
    private int _viewers;
    private bool _ended;

    /// <summary>Makes a stream without frames or outlets.</summary>
    public LiveStream(StreamKey key, ExpectedTracks tracks, IPublisherControl publisher, StreamOptions options, GatewayClock clock)
    {
        Key = key;
        _publisher = publisher;
        _clock = clock;
        _publishedAt = clock.Now;
        _cache = new GroupOfPicturesCache(options.CacheDuration, options.CacheBytes);
        _keyframes = new KeyframePolicy(options.KeyframeInterval);
        _tracks = new TrackTable(tracks);
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
        bool request;
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            if (IndexOf(outlet) >= 0)
            {
                throw new InvalidOperationException("The outlet is already attached.");
            }

            TimeSpan now = _clock.Now;
            long firstGroup = options.StartAt == StartPoint.CachedGroup ? 0 : _cache.GroupNumber + 1;
            _subscriptions.Add(new Subscription(outlet, options, firstGroup));
            _waiting++;
            StartWaiting(now);
            request = ShouldRequestKeyframe(now);
        }

        RequestKeyframe(request);
        return true;
    }

    /// <summary>Removes an outlet: after the return it is called no more. Without effect when it is not attached or the stream has ended.</summary>
    public void Detach(IStreamOutlet outlet)
    {
        lock (_lock)
        {
            int index = IndexOf(outlet);
            if (index < 0)
            {
                return;
            }

            _waiting -= _subscriptions[index].IsStarted ? 0 : 1;
            _subscriptions.RemoveAt(index);
        }
    }

    /// <summary>Asks the publisher for a keyframe, for a viewer that cannot start without one. Paced like every request.</summary>
    public void RequestKeyframe()
    {
        bool request;
        lock (_lock)
        {
            request = !_ended && _tracks.MayHaveVideo && _keyframes.ShouldRequest(_cache, somebodyWaits: true, _clock.Now);
        }

        RequestKeyframe(request);
    }

    /// <summary>Counts viewers that an outlet serves, up or down: for the figures only.</summary>
    public void AddViewers(int change) => Interlocked.Add(ref _viewers, change);

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
                BitsPerSecond = _bitrate.BitsPerSecond(now),
                VideoFrames = _videoFrames,
                AudioFrames = _audioFrames,
                Bytes = _bytes,
                KeyframeRequests = _keyframes.Requests,
                DroppedGroups = _cache.DroppedGroups,
                CachedBytes = _cache.Bytes,
            };
        }
    }

    /// <summary>Takes a frame of the publisher; consumes the caller's reference. Only the lease calls it.</summary>
    internal void Publish(MediaFrame frame)
    {
        bool request = false;
        lock (_lock)
        {
            if (!_ended)
            {
                TimeSpan now = _clock.Now;
                Count(frame, now);
                _tracks.Note(frame, now);
                Distribute(frame);
                StartWaiting(now);
                request = ShouldRequestKeyframe(now);
            }
        }

        frame.Release();
        RequestKeyframe(request);
    }

    /// <summary>Ends the stream: each outlet is told once. Only the lease calls it.</summary>
    internal void End(StreamEndReason reason)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            foreach (Subscription subscription in _subscriptions)
            {
                subscription.Outlet.End(reason);
            }

            _subscriptions.Clear();
            _cache.Clear();
        }
    }

    private void Distribute(MediaFrame frame)
    {
        TimeSpan time = frame.Decoding.ToTimeSpan();
        _cache.Append(frame, time);
        foreach (Subscription subscription in _subscriptions)
        {
            if (subscription.IsStarted)
            {
                subscription.Offer(frame, time);
            }
        }
    }

    private void StartWaiting(TimeSpan now)
    {
        if (_waiting == 0 || !_tracks.IsReady(now))
        {
            return;
        }

        foreach (Subscription subscription in _subscriptions)
        {
            if (!subscription.IsStarted && (_tracks.Video is null || subscription.Accepts(_cache)))
            {
                subscription.Start(FormatsFor(subscription), _cache);
                _waiting--;
            }
        }
    }

    private StreamFormats FormatsFor(Subscription subscription)
    {
        TrackFormat? audio = _tracks.Audio?.Codec == subscription.Options.AudioCodec ? _tracks.Audio : null;
        return new StreamFormats(_tracks.Video, audio);
    }

    private bool ShouldRequestKeyframe(TimeSpan now)
    {
        if (_subscriptions.Count == 0 || !_tracks.MayHaveVideo)
        {
            return false;
        }

        return _keyframes.ShouldRequest(_cache, SomebodyWaitsForKeyframe(), now);
    }

    private bool SomebodyWaitsForKeyframe()
    {
        if (_waiting == 0)
        {
            return false;
        }

        foreach (Subscription subscription in _subscriptions)
        {
            if (!subscription.IsStarted && !subscription.Accepts(_cache))
            {
                return true;
            }
        }

        return false;
    }

    private void RequestKeyframe(bool request)
    {
        if (request)
        {
            _publisher.RequestKeyframe();
        }
    }

    private void Count(MediaFrame frame, TimeSpan now)
    {
        _bitrate.Add(frame.Length, now);
        _bytes += frame.Length;
        if (frame.Kind == TrackKind.Video)
        {
            _videoFrames++;
        }
        else
        {
            _audioFrames++;
        }
    }

    private int IndexOf(IStreamOutlet outlet)
    {
        for (int index = 0; index < _subscriptions.Count; index++)
        {
            if (ReferenceEquals(_subscriptions[index].Outlet, outlet))
            {
                return index;
            }
        }

        return -1;
    }
}
