using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// The feeds of one worker: one for each stream and message stream that anybody watches here, made with the first viewer and closed
/// with the last. Used by the worker's thread only.
/// </summary>
internal sealed class FeedTable(FanOutContext context)
{
    private readonly Dictionary<(LiveStream Stream, uint MessageStreamId), StreamFeed> _feeds = [];

    /// <summary>The worker's means.</summary>
    public FanOutContext Context => context;

    /// <summary>Feeds now open.</summary>
    public int Count => _feeds.Count;

    /// <summary>Lets a viewer watch a stream, and nothing else.</summary>
    public void Join(Viewer viewer, LiveStream stream, uint messageStreamId)
    {
        Leave(viewer);
        if (!_feeds.TryGetValue((stream, messageStreamId), out StreamFeed? feed))
        {
            feed = new StreamFeed(context, stream, messageStreamId);
            if (!stream.Attach(feed, new SubscriptionOptions(AudioPreference.Aac, StartPoint.CachedGroup)))
            {
                viewer.Owner.OnStreamEnded(stream);
                return;
            }

            _feeds.Add((stream, messageStreamId), feed);
            feed.TakeInput();
        }

        feed.Add(viewer);
        if (feed.HasEnded)
        {
            viewer.Owner.OnStreamEnded(stream);
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
            _feeds.Remove((feed.Stream, feed.MessageStreamId));
            feed.Stream.Detach(feed);
            feed.Close();
        }
    }
}
