using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>One outlet's place in a stream: what it wants, whether it has started, from where. Used under the stream's lock.</summary>
/// <param name="outlet">Where the frames go.</param>
/// <param name="options">What it asked for.</param>
/// <param name="firstGroup">The number of the first group of pictures that it may start with.</param>
internal sealed class Subscription(IStreamOutlet outlet, SubscriptionOptions options, long firstGroup)
{
    private TimeSpan _soundFrom = TimeSpan.MinValue;
    private bool _picturesStarted;

    /// <summary>Where the frames go.</summary>
    public IStreamOutlet Outlet => outlet;

    /// <summary>What it asked for.</summary>
    public SubscriptionOptions Options => options;

    /// <summary>Whether the outlet was told to start.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Whether the cached group is one that this outlet may start with.</summary>
    public bool Accepts(GroupOfPicturesCache cache) => cache.HasGroup && cache.GroupNumber >= firstGroup;

    /// <summary>Whether <paramref name="audio"/> holds sound in the codec that was asked for.</summary>
    public bool WantsCodecOf(FrameRing audio) => audio.Count > 0 && audio[0].Frame.Format.Codec == options.AudioCodec;

    /// <summary>Starts the outlet with what the cache holds.</summary>
    public void Start(StreamFormats formats, GroupOfPicturesCache cache)
    {
        IsStarted = true;
        outlet.Start(formats);
        if (Accepts(cache))
        {
            _soundFrom = cache.GroupStart;
            cache.Replay(this);
        }
        else if (!cache.HasGroup && options.StartAt == StartPoint.CachedGroup)
        {
            cache.Replay(this);
        }
    }

    /// <summary>
    /// Hands a frame on, with a reference of its own, if the outlet wants it: pictures from the first keyframe on, sound in its codec
    /// from the same point of the timeline on.
    /// </summary>
    public void Offer(MediaFrame frame, TimeSpan time)
    {
        if (Wants(frame, time))
        {
            outlet.Deliver(frame.AddReference());
        }
    }

    private bool Wants(MediaFrame frame, TimeSpan time)
    {
        if (frame.Kind == TrackKind.Audio)
        {
            return frame.Format.Codec == options.AudioCodec && time >= _soundFrom;
        }

        _picturesStarted |= frame.IsKeyframe;
        return _picturesStarted;
    }
}
