using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>The outlets of one stream. Used under the stream's lock.</summary>
internal sealed class SubscriptionList
{
    private readonly List<Subscription> _all = [];
    private readonly int[] _wantingSound = new int[(int)CodecId.ScriptData + 1];

    /// <summary>Outlets attached.</summary>
    public int Count => _all.Count;

    /// <summary>Outlets attached that have not been started yet.</summary>
    public int Waiting { get; private set; }

    /// <summary>Frames that wait in all outlets together.</summary>
    public int WaitingFrames => _all.Sum(static subscription => subscription.Outlet.WaitingFrames);

    /// <summary>Whether there is an outlet for whose sake the stream is fetched from elsewhere.</summary>
    public bool AnyIsMeant => _all.Exists(static subscription => !subscription.IsIncidental);

    /// <summary>Whether an outlet gets its sound in that codec.</summary>
    public bool AnyWantsSound(CodecId codec) => _wantingSound[(int)codec] > 0;

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
        CountSound(subscription, 1);
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
        CountSound(subscription, -1);
        _all.RemoveAt(index);
    }

    /// <summary>Decides anew which codec of the sound each outlet gets: the publisher sends <paramref name="source"/> from now on.</summary>
    public void ResolveSound(CodecId source)
    {
        foreach (Subscription subscription in _all)
        {
            CountSound(subscription, -1);
            subscription.ResolveSound(source);
            CountSound(subscription, 1);
        }
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

    /// <summary>Hands a frame of data to every outlet that has started.</summary>
    public void OfferData(MediaFrame frame)
    {
        foreach (Subscription subscription in _all)
        {
            if (subscription.IsStarted)
            {
                subscription.Outlet.Deliver(frame.AddReference());
            }
        }
    }

    /// <summary>Hands a frame of a further track to every outlet that has started.</summary>
    public void OfferAdditional(MediaFrame frame, int place)
    {
        foreach (Subscription subscription in _all)
        {
            if (subscription.IsStarted)
            {
                subscription.OfferAdditional(frame, place);
            }
        }
    }

    /// <summary>Another publisher has come: its further tracks begin anew.</summary>
    public void ForgetAdditional()
    {
        foreach (Subscription subscription in _all)
        {
            subscription.ForgetAdditional();
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
        Array.Clear(_wantingSound);
        Waiting = 0;
    }

    private void CountSound(Subscription subscription, int change)
    {
        if (subscription.SoundCodec is { } codec)
        {
            _wantingSound[(int)codec] += change;
        }
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
