using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// When a stream has an audio bridge: from the first viewer that wants AAC of an Opus stream until none has for the linger time. Used
/// under the stream's lock, but for <see cref="Adopt"/>.
/// </summary>
internal sealed class DerivedSound(LiveStream stream, AudioWorkerPool workers)
{
    private AudioBridge? _bridge;
    private TimeSpan? _idleSince;
    private bool _hasPackets;

    /// <summary>The format of the derived sound, or null while there is none.</summary>
    public TrackFormat? Format => _bridge?.Feed.Format;

    /// <summary>The bridge, if this frame gave it something to do; asking clears it.</summary>
    public AudioBridge? BridgeWithPackets
    {
        get
        {
            bool hasPackets = _hasPackets;
            _hasPackets = false;
            return hasPackets ? _bridge : null;
        }
    }

    /// <summary>Whether viewers should wait for the sound of the cached group.</summary>
    public bool IsPending(TimeSpan now) => _bridge?.Feed.IsPending(now) ?? false;

    /// <summary>Figures of the bridge, or null while there is none.</summary>
    public BridgeSnapshot? Snapshot() =>
        _bridge is { Feed: var feed } ? new BridgeSnapshot(feed.IsCaughtUp, feed.ConcealedPackets, feed.DroppedPackets) : null;

    /// <summary>Passes a publisher's frame to the bridge, if there is one.</summary>
    public void Offer(MediaFrame frame, TimeSpan now)
    {
        if (_bridge is null)
        {
            return;
        }

        if (frame.Kind == TrackKind.Video)
        {
            _bridge.Feed.NotePicture(frame);
        }
        else if (frame.Format.Codec == CodecId.Opus)
        {
            _bridge.Feed.Offer(frame, now);
            _hasPackets = true;
        }
    }

    /// <summary>Starts a bridge, with the cached packets in front, if viewers want one and there is none.</summary>
    /// <returns>The bridge to be adopted outside the lock, or null.</returns>
    public AudioBridge? StartIfNeeded(SubscriptionList subscriptions, TrackTable tracks, GroupOfPicturesCache cache, TimeSpan now)
    {
        if (_bridge is not null || subscriptions.WantingAac == 0 || tracks.Audio is not OpusFormat source)
        {
            return null;
        }

        var feed = new BridgeFeed(now);
        feed.Prime(cache.SourceAudio, now);
        _bridge = new AudioBridge(stream, feed, source, workers);
        return _bridge;
    }

    /// <summary>Stops the bridge if nobody has wanted it for the linger time.</summary>
    /// <returns>The bridge to be woken outside the lock, or null.</returns>
    public AudioBridge? StopIfIdle(SubscriptionList subscriptions, GroupOfPicturesCache cache, TimeSpan now)
    {
        if (_bridge is null || subscriptions.WantingAac > 0)
        {
            _idleSince = null;
            return null;
        }

        _idleSince ??= now;
        if (now - _idleSince < workers.Linger)
        {
            return null;
        }

        cache.ClearDerived();
        return Stop();
    }

    /// <summary>Stops the bridge.</summary>
    /// <returns>The bridge to be woken outside the lock, so that its worker closes it; null when there was none.</returns>
    public AudioBridge? Stop()
    {
        AudioBridge? bridge = _bridge;
        bridge?.Feed.Stop();
        (_bridge, _idleSince) = (null, null);
        return bridge;
    }

    /// <summary>Gives a started bridge to a worker. Outside the lock.</summary>
    public void Adopt(AudioBridge bridge) => workers.Adopt(bridge);
}
