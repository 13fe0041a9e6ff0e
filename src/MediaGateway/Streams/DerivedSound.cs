using System.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The audio bridges of a stream, one for each codec that viewers want and the publisher does not send: from the first such viewer until
/// there has been none for the linger time. Used under the stream's lock, but for <see cref="Adopt"/> and <see cref="Wake"/>.
/// </summary>
internal sealed class DerivedSound(LiveStream stream, AudioWorkerPool workers)
{
    /// <summary>Codecs that a stream's sound is converted to at the same time; more than there are transcoders for.</summary>
    public const int MaximumTargets = 8;

    private static readonly CodecId[] Targets =
        [CodecId.Aac, CodecId.Opus, CodecId.Mp3, CodecId.Pcma, CodecId.Pcmu, CodecId.Speex, CodecId.Nellymoser];

    private readonly AudioBridge?[] _bridges = new AudioBridge?[MaximumTargets];
    private bool _hasPackets;

    /// <summary>Whether a frame since the last call gave the bridges something to do; asking clears it.</summary>
    public bool TakeHasPackets()
    {
        bool hasPackets = _hasPackets;
        _hasPackets = false;
        return hasPackets;
    }

    /// <summary>The format of the sound in <paramref name="target"/> that there is or will be soon; null for none.</summary>
    public TrackFormat? FormatOf(CodecId target, TimeSpan now) => Find(target)?.Feed.FormatAt(now);

    /// <summary>Whether a viewer should wait for the sound of the cached group in <paramref name="target"/>.</summary>
    /// <param name="target">The codec that it gets.</param>
    /// <param name="now">Gateway time.</param>
    /// <param name="mayFollow">Whether the sound may come behind the pictures.</param>
    public bool IsAwaited(CodecId target, TimeSpan now, bool mayFollow) => Find(target)?.Feed.IsAwaited(now, mayFollow) ?? false;

    /// <summary>Figures of the bridges.</summary>
    public IReadOnlyList<BridgeSnapshot> Snapshot() =>
    [
        .. _bridges.OfType<AudioBridge>().Select(bridge => bridge.Feed).Select(feed =>
            new BridgeSnapshot(feed.Target, feed.IsCaughtUp, feed.ConcealedPackets, feed.DroppedPackets, feed.WaitingPackets, feed.Delay)),
    ];

    /// <summary>Passes a publisher's frame to the bridges, if there are any.</summary>
    public void Offer(MediaFrame frame, TimeSpan now)
    {
        foreach (AudioBridge? bridge in _bridges)
        {
            if (bridge is null)
            {
                continue;
            }

            if (frame.Kind == TrackKind.Video)
            {
                bridge.Feed.NotePicture(frame);
            }
            else if (frame.Format.Codec != bridge.Feed.Target)
            {
                bridge.Feed.Offer(frame, now);
                _hasPackets = true;
            }
        }
    }

    /// <summary>
    /// Starts a bridge, with the cached packets in front, if viewers want one that is not there. One at a time: the next frame starts the
    /// next.
    /// </summary>
    /// <returns>The bridge to be adopted outside the lock, or null.</returns>
    public AudioBridge? StartIfNeeded(SubscriptionList subscriptions, TrackTable tracks, GroupOfPicturesCache cache, TimeSpan now)
    {
        if (tracks.Audio is not { } source)
        {
            return null;
        }

        foreach (CodecId target in Targets)
        {
            if (target != source.Codec && subscriptions.AnyWantsSound(target) && Find(target) is null)
            {
                return Start(target, source, cache, now);
            }
        }

        return null;
    }

    /// <summary>
    /// Stops a bridge whose sound the publisher has begun to send itself, at once, or one that nobody has wanted for the linger time. One
    /// at a time, as <see cref="StartIfNeeded"/>.
    /// </summary>
    /// <returns>The bridge to be woken outside the lock, or null.</returns>
    public AudioBridge? StopIfIdle(SubscriptionList subscriptions, TrackTable tracks, GroupOfPicturesCache cache, TimeSpan now)
    {
        for (int slot = 0; slot < _bridges.Length; slot++)
        {
            if (_bridges[slot] is { } bridge && IsIdle(bridge.Feed, subscriptions, tracks, now))
            {
                cache.ClearDerived(bridge.Feed.Target);
                bridge.Feed.Stop();
                Volatile.Write(ref _bridges[slot], null);
                return bridge;
            }
        }

        return null;
    }

    /// <summary>Stops every bridge.</summary>
    /// <returns>The bridges to be woken outside the lock, so that their workers close them.</returns>
    public IReadOnlyList<AudioBridge> Stop()
    {
        AudioBridge[] bridges = [.. _bridges.OfType<AudioBridge>()];
        foreach (AudioBridge bridge in bridges)
        {
            bridge.Feed.Stop();
        }

        Array.Clear(_bridges);
        return bridges;
    }

    /// <summary>Gives a started bridge to a worker. Outside the lock.</summary>
    public void Adopt(AudioBridge bridge) => workers.Adopt(bridge);

    /// <summary>Wakes the bridges: there is something to do. Outside the lock; one that has just come or gone may be missed or woken in vain.</summary>
    public void Wake()
    {
        for (int slot = 0; slot < _bridges.Length; slot++)
        {
            Volatile.Read(ref _bridges[slot])?.Wake();
        }
    }

    private AudioBridge? Find(CodecId target)
    {
        foreach (AudioBridge? bridge in _bridges)
        {
            if (bridge is not null && bridge.Feed.Target == target)
            {
                return bridge;
            }
        }

        return null;
    }

    private AudioBridge Start(CodecId target, TrackFormat source, GroupOfPicturesCache cache, TimeSpan now)
    {
        int slot = Array.IndexOf(_bridges, null);
        Debug.Assert(slot >= 0, "There are more places than targets.");
        var feed = new BridgeFeed(target, workers.Transcoders.OutputOf(target), now, stream.Drops);
        feed.Prime(cache.SourceAudio, source.Codec, now);
        var bridge = new AudioBridge(stream, feed, source, workers);
        Volatile.Write(ref _bridges[slot], bridge);
        return bridge;
    }

    private bool IsIdle(BridgeFeed feed, SubscriptionList subscriptions, TrackTable tracks, TimeSpan now)
    {
        if (tracks.Audio?.Codec == feed.Target)
        {
            return true;
        }

        if (subscriptions.AnyWantsSound(feed.Target))
        {
            feed.IdleSince = null;
            return false;
        }

        feed.IdleSince ??= now;
        return now - feed.IdleSince >= workers.Linger;
    }
}
