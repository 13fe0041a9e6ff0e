using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// The feeds of one worker: one for each stream, message stream and variant that anybody watches here, made with the first viewer and
/// closed with the last. Used by the worker's thread only.
/// </summary>
internal sealed class FeedTable(FanOutContext context)
{
    private readonly Dictionary<(LiveStream Stream, uint MessageStreamId, ViewerVariant Variant), StreamFeed> _feeds = [];

    /// <summary>The worker's means.</summary>
    public FanOutContext Context => context;

    /// <summary>Feeds now open.</summary>
    public int Count => _feeds.Count;

    /// <summary>Lets a viewer watch a stream, and nothing else.</summary>
    public void Join(Viewer viewer, LiveStream stream, uint messageStreamId, ViewerVariant variant)
    {
        Leave(viewer);
        if (!_feeds.TryGetValue((stream, messageStreamId, variant), out StreamFeed? feed))
        {
            feed = new StreamFeed(context, stream, messageStreamId, variant);
            if (!stream.Attach(feed, new SubscriptionOptions(variant.Audio, StartPoint.CachedGroup)))
            {
                viewer.Owner.OnStreamEnded(stream);
                return;
            }

            _feeds.Add((stream, messageStreamId, variant), feed);
            feed.TakeInput();
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

    /// <summary>Lets a viewer watch nothing; closes the feed when it was the last.</summary>
    public void Leave(Viewer viewer)
    {
        StreamFeed? feed = viewer.Feed;
        if (feed is null)
        {
            return;
        }

        feed.Remove(viewer);
        if (feed.Viewers.Count == 0)
        {
            _feeds.Remove((feed.Stream, feed.MessageStreamId, feed.Variant));
            feed.Stream.Detach(feed);
            feed.Close();
        }
    }
}
