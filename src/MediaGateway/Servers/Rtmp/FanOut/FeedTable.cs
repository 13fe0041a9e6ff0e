using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// The feeds of one worker: one for each stream, message stream, variant and shift of times that anybody watches here, made with the
/// first viewer and closed with the last. Used by the worker's thread only.
/// </summary>
internal sealed class FeedTable(FanOutContext context)
{
    /// <summary>Clocks that differ by no more count as one for those who come over: each feed costs a copy of every frame.</summary>
    public const long ShiftTolerance = 250;

    private readonly Dictionary<FeedKey, StreamFeed> _feeds = [];

    /// <summary>The worker's means.</summary>
    public FanOutContext Context => context;

    /// <summary>Feeds now open.</summary>
    public int Count => _feeds.Count;

    /// <summary>The feeds of a stream. For tests, which have no worker that looks after them.</summary>
    public IEnumerable<StreamFeed> Of(LiveStream stream) => _feeds.Values.Where(feed => ReferenceEquals(feed.Stream, stream));

    /// <summary>Lets a viewer watch a stream, and nothing else.</summary>
    public void Join(Viewer viewer, LiveStream stream, uint messageStreamId, ViewerVariant variant)
    {
        Leave(viewer);
        if (Open(new FeedKey(stream, messageStreamId, variant, 0)) is not { } feed)
        {
            viewer.Owner.OnStreamEnded(stream);
            return;
        }

        feed.Add(viewer);
        if (feed.HasEnded)
        {
            viewer.Owner.OnStreamEnded(stream);
        }
        else if (feed.Unplayable is { } codec)
        {
            viewer.Owner.OnStreamUnplayable(stream, codec);
        }
    }

    /// <summary>Makes a viewer a candidate of a stream, besides the one that it watches; null when the stream has ended.</summary>
    /// <param name="viewer">The viewer.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="messageStreamId">The message stream on which it will get the media.</param>
    /// <param name="variant">What of the stream.</param>
    /// <param name="shift">What is to be added to the stream's times; feeds that have nearly that are shared.</param>
    public StreamFeed? JoinAsCandidate(Viewer viewer, LiveStream stream, uint messageStreamId, ViewerVariant variant, long shift)
    {
        var wanted = new FeedKey(stream, messageStreamId, variant, shift);
        StreamFeed? feed = Open(shift == 0 ? wanted : Nearest(wanted));
        feed?.Candidates.Add(viewer);
        return feed;
    }

    /// <summary>A candidate no longer wants to come over.</summary>
    public void LeaveAsCandidate(Viewer viewer, StreamFeed feed)
    {
        feed.Candidates.Remove(viewer);
        CloseIfNotNeeded(feed);
    }

    /// <summary>Lets a candidate come over whose cursor has done so.</summary>
    public void Move(Viewer viewer, StreamFeed target)
    {
        target.Candidates.Remove(viewer);
        StreamFeed? old = viewer.Feed;
        old?.Exit(viewer);
        target.Enter(viewer);
        if (old is not null)
        {
            CloseIfNotNeeded(old);
        }
    }

    /// <summary>Lets a viewer watch nothing; closes the feed when it was the last.</summary>
    public void Leave(Viewer viewer)
    {
        if (viewer.Feed is { } feed)
        {
            feed.Remove(viewer);
            CloseIfNotNeeded(feed);
        }
    }

    private StreamFeed? Open(in FeedKey key)
    {
        if (_feeds.TryGetValue(key, out StreamFeed? feed))
        {
            return feed;
        }

        feed = new StreamFeed(context, key.Stream, key.MessageStreamId, key.Variant, key.Shift);
        if (!key.Stream.Attach(feed, new SubscriptionOptions(key.Variant.Audio, StartPoint.CachedGroup, SoundMayFollow: true)))
        {
            return null;
        }

        _feeds.Add(key, feed);
        feed.TakeInput();
        feed.Hold.Clear(); // Whoever opens it is served now.
        return feed;
    }

    private FeedKey Nearest(in FeedKey wanted)
    {
        foreach (FeedKey key in _feeds.Keys)
        {
            if (key with { Shift = wanted.Shift } == wanted && Math.Abs(key.Shift - wanted.Shift) <= ShiftTolerance)
            {
                return key;
            }
        }

        return wanted;
    }

    private void CloseIfNotNeeded(StreamFeed feed)
    {
        if (feed.IsNeeded)
        {
            return;
        }

        _feeds.Remove(new FeedKey(feed.Stream, feed.MessageStreamId, feed.Variant, feed.Shift));
        feed.Stream.Detach(feed);
        feed.Close();
    }

    private readonly record struct FeedKey(LiveStream Stream, uint MessageStreamId, ViewerVariant Variant, long Shift);
}
