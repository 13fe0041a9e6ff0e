using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>One outlet's place in a stream: what it wants, whether it has started, from where. Used under the stream's lock.</summary>
/// <param name="outlet">Where the frames go.</param>
/// <param name="options">What it asked for.</param>
/// <param name="firstGroup">The number of the first group of pictures that it may start with.</param>
internal sealed class Subscription(IStreamOutlet outlet, SubscriptionOptions options, long firstGroup)
{
    /// <summary>From one sound to the next where it comes from elsewhere: RTMP counts milliseconds, and players take equal times for an error.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMilliseconds(1);

    private TimeSpan _soundFrom = TimeSpan.MinValue;
    private TimeSpan _lastSound = TimeSpan.MinValue;
    private bool _isSourceSound;
    private bool _picturesStarted;
    private uint _additionalStarted;

    /// <summary>Where the frames go.</summary>
    public IStreamOutlet Outlet => outlet;

    /// <summary>Whether it is no reason to go on pulling the stream from an origin.</summary>
    public bool IsIncidental => options.IsIncidental;

    /// <summary>Whether it may start before the sound of the cached group is converted.</summary>
    public bool SoundMayFollow => options.SoundMayFollow;

    /// <summary>The codec of the sound that it gets; null for none, and until the publisher has shown its own.</summary>
    public CodecId? SoundCodec { get; private set; }

    /// <summary>Whether the outlet was told to start.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Whether the cached group is one that this outlet may start with.</summary>
    public bool Accepts(GroupOfPicturesCache cache) => cache.HasGroup && cache.GroupNumber >= firstGroup;

    /// <summary>
    /// Decides which codec of the sound it gets of a publisher who sends <paramref name="source"/>. The time of its sound never goes back
    /// when it goes over from the publisher's own to converted sound or the other way round.
    /// </summary>
    public void ResolveSound(CodecId source)
    {
        CodecId? codec = options.Audio.Resolve(source);
        bool isSourceSound = codec == source;
        if (_lastSound != TimeSpan.MinValue && !(isSourceSound && _isSourceSound))
        {
            TimeSpan next = _lastSound + ShortestStep;
            _soundFrom = next > _soundFrom ? next : _soundFrom;
        }

        (SoundCodec, _isSourceSound) = (codec, isSourceSound);
    }

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

    /// <summary>Hands on a frame of a further track, pictures from their first keyframe on.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="place">The track's place, below 32.</param>
    public void OfferAdditional(MediaFrame frame, int place)
    {
        if (frame.Kind == TrackKind.Audio || frame.IsKeyframe)
        {
            _additionalStarted |= 1u << place;
        }

        if ((_additionalStarted & (1u << place)) != 0)
        {
            outlet.Deliver(frame.AddReference());
        }
    }

    /// <summary>Another publisher has come: its further tracks begin anew.</summary>
    public void ForgetAdditional() => _additionalStarted = 0;

    private bool Wants(MediaFrame frame, TimeSpan time)
    {
        if (frame.Kind == TrackKind.Audio)
        {
            if (frame.Format.Codec != SoundCodec || time < _soundFrom)
            {
                return false;
            }

            _lastSound = time;
            return true;
        }

        _picturesStarted |= frame.IsKeyframe;
        return _picturesStarted;
    }
}
