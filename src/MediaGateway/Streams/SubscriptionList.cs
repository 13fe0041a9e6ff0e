using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>The outlets of one stream. Used under the stream's lock.</summary>
internal sealed class SubscriptionList
{
    private readonly List<Subscription> _all = [];

    /// <summary>Outlets attached.</summary>
    public int Count => _all.Count;

    /// <summary>Outlets attached that have not been started yet.</summary>
    public int Waiting { get; private set; }

    /// <summary>Outlets that asked for AAC.</summary>
    public int WantingAac { get; private set; }

    /// <summary>Whether <paramref name="outlet"/> is attached.</summary>
    public bool Contains(IStreamOutlet outlet) => IndexOf(outlet) >= 0;

    /// <summary>Whether somebody cannot start before the next keyframe.</summary>
    public bool AnyWaitsForKeyframe(GroupOfPicturesCache cache)
    {
        if (Waiting == 0)
        {
            return false;
        }

        foreach (Subscription subscription in _all)
        {
            if (!subscription.IsStarted && !subscription.Accepts(cache))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds an outlet that waits for its start.</summary>
    public void Add(Subscription subscription)
    {
        _all.Add(subscription);
        Waiting++;
        WantingAac += subscription.Options.AudioCodec == CodecId.Aac ? 1 : 0;
    }

    /// <summary>Removes an outlet, if it is attached.</summary>
    public void Remove(IStreamOutlet outlet)
    {
        int index = IndexOf(outlet);
        if (index < 0)
        {
            return;
        }

        Subscription subscription = _all[index];
        Waiting -= subscription.IsStarted ? 0 : 1;
        WantingAac -= subscription.Options.AudioCodec == CodecId.Aac ? 1 : 0;
        _all.RemoveAt(index);
    }

    /// <summary>Hands a frame to every outlet that has started and wants it.</summary>
    public void Offer(MediaFrame frame, TimeSpan time)
    {
        foreach (Subscription subscription in _all)
        {
            if (subscription.IsStarted)
            {
                subscription.Offer(frame, time);
            }
        }
    }

    /// <summary>Starts those who wait and may start now.</summary>
    public void StartWaiting(in StartConditions conditions, GroupOfPicturesCache cache)
    {
        if (Waiting == 0)
        {
            return;
        }

        foreach (Subscription subscription in _all)
        {
            if (!subscription.IsStarted && conditions.Allow(subscription, cache))
            {
                subscription.Start(conditions.FormatsFor(subscription), cache);
                Waiting--;
            }
        }
    }

    /// <summary>Tells every outlet that has started what the publisher says of the stream.</summary>
    public void Describe(StreamMetadata metadata)
    {
        foreach (Subscription subscription in _all)
        {
            if (subscription.IsStarted)
            {
                subscription.Outlet.Describe(metadata);
            }
        }
    }

    /// <summary>Tells every outlet the end and forgets them.</summary>
    public void End(StreamEndReason reason)
    {
        foreach (Subscription subscription in _all)
        {
            subscription.Outlet.End(reason);
        }

        _all.Clear();
        (Waiting, WantingAac) = (0, 0);
    }

    private int IndexOf(IStreamOutlet outlet)
    {
        for (int index = 0; index < _all.Count; index++)
        {
            if (ReferenceEquals(_all[index].Outlet, outlet))
            {
                return index;
            }
        }

        return -1;
    }
}
