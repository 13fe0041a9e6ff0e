using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The current group of pictures of a stream, and the sound from its keyframe on, in the source codec and in every derived one. A group
/// that grows over a bound in seconds, bytes or frames is dropped whole, never its head, and the cache waits for the next keyframe. Without a
/// group (audio-only streams, before the first keyframe) it holds the last half second of sound. Used under the stream's lock.
/// </summary>
/// <param name="maximumBytes">The largest group kept, payload bytes of all its tracks.</param>
internal sealed class GroupOfPicturesCache(long maximumBytes)
{
    /// <summary>Sound kept without a group: enough for a player to start at once, too little to add delay that anybody notices.</summary>
    public static readonly TimeSpan SoundWithoutGroup = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Frames of all tracks kept at most: a minute of 60 pictures and 50 packets of sound a second, in two codecs, has 9600. Bytes do not bound frames that
    /// have next to none, nor does media time where it stands still.
    /// </summary>
    public const int MaximumFrames = 16_384;

    private readonly FrameRing _video = new();
    private readonly FrameRing _sourceAudio = new();
    private readonly List<(CodecId Codec, FrameRing Ring)> _derivedAudio = [];

    /// <summary>The longest group kept, keyframe to newest frame.</summary>
    public TimeSpan MaximumDuration { get; set; }

    /// <summary>Whether there is a group: at least a keyframe.</summary>
    public bool HasGroup => _video.Count > 0;

    /// <summary>Decoding time of the group's keyframe. Only with a group.</summary>
    public TimeSpan GroupStart => _video[0].Time;

    /// <summary>Gateway time at which the group's keyframe was received. Only with a group.</summary>
    public TimeSpan GroupReceivedAt => _video[0].Frame.ReceivedAt;

    /// <summary>Keyframes seen so far; grows by one with each group.</summary>
    public long GroupNumber { get; private set; }

    /// <summary>Groups dropped because they outgrew the bounds.</summary>
    public long DroppedGroups { get; private set; }

    /// <summary>What it holds, frames and payload bytes of all its tracks.</summary>
    public (int Frames, long Bytes) Held
    {
        get
        {
            (int frames, long bytes) = (_video.Count + _sourceAudio.Count, _video.Bytes + _sourceAudio.Bytes);
            foreach ((_, FrameRing ring) in _derivedAudio)
            {
                frames += ring.Count;
                bytes += ring.Bytes;
            }

            return (frames, bytes);
        }
    }

    /// <summary>The source's sound of the group, oldest first: what a starting bridge encodes.</summary>
    public FrameRing SourceAudio => _sourceAudio;

    /// <summary>Keeps a frame of the publisher's pictures or sound; adds a reference of its own.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="time">Its decoding time.</param>
    public void Append(MediaFrame frame, TimeSpan time)
    {
        if (frame.Kind == TrackKind.Audio)
        {
            AppendAudio(_sourceAudio, frame, time);
        }
        else if (frame.IsKeyframe)
        {
            StartGroup(frame, time);
        }
        else if (HasGroup)
        {
            _video.Add(frame.AddReference(), time);
        }

        KeepBounds(time);
    }

    /// <summary>Keeps a frame of derived sound; adds a reference of its own.</summary>
    public void AppendDerived(MediaFrame frame, TimeSpan time)
    {
        FrameRing? ring = DerivedIn(frame.Format.Codec);
        if (ring is null)
        {
            ring = new FrameRing();
            _derivedAudio.Add((frame.Format.Codec, ring));
        }

        AppendAudio(ring, frame, time);
        KeepBounds(time);
    }

    /// <summary>Forgets the sound derived in one codec: its bridge has stopped.</summary>
    public void ClearDerived(CodecId codec)
    {
        DerivedIn(codec)?.Clear();
        _derivedAudio.RemoveAll(derived => derived.Codec == codec);
    }

    /// <summary>
    /// Offers the whole content to <paramref name="subscription"/> in decoding order. Sound that came late and belongs before the
    /// keyframe is among it, and after a change of codec sound in the old one: the subscription leaves both out.
    /// </summary>
    public void Replay(Subscription subscription)
    {
        FrameRing audio = subscription.SoundCodec is { } codec && DerivedIn(codec) is { } derived ? derived : _sourceAudio;
        int nextAudio = 0;
        for (int nextVideo = 0; nextVideo < _video.Count; nextVideo++)
        {
            FrameRing.Entry picture = _video[nextVideo];
            while (nextAudio < audio.Count && audio[nextAudio].Time < picture.Time)
            {
                subscription.Offer(audio[nextAudio].Frame, audio[nextAudio].Time);
                nextAudio++;
            }

            subscription.Offer(picture.Frame, picture.Time);
        }

        for (; nextAudio < audio.Count; nextAudio++)
        {
            subscription.Offer(audio[nextAudio].Frame, audio[nextAudio].Time);
        }
    }

    /// <summary>Releases everything.</summary>
    public void Clear()
    {
        _video.Clear();
        _sourceAudio.Clear();
        foreach ((_, FrameRing ring) in _derivedAudio)
        {
            ring.Clear();
        }
    }

    private FrameRing? DerivedIn(CodecId codec)
    {
        foreach ((CodecId other, FrameRing ring) in _derivedAudio)
        {
            if (other == codec)
            {
                return ring;
            }
        }

        return null;
    }

    private void StartGroup(MediaFrame keyframe, TimeSpan time)
    {
        _video.Clear();
        _video.Add(keyframe.AddReference(), time);
        GroupNumber++;

        // A picture takes longer to arrive than a packet of sound: some of the group's sound is already here.
        ReleaseSoundBefore(time);
    }

    private void AppendAudio(FrameRing audio, MediaFrame frame, TimeSpan time)
    {
        audio.Add(frame.AddReference(), time);
        if (!HasGroup)
        {
            audio.ReleaseBefore(time - SoundWithoutGroup);
        }
    }

    private void KeepBounds(TimeSpan time)
    {
        if (HasGroup && (time - GroupStart > MaximumDuration || IsOverBounds))
        {
            DroppedGroups++;
            _video.Clear();
            ReleaseSoundBefore(time - SoundWithoutGroup);
        }

        // Without a group there is half a second of sound, unless its time stands still.
        while (!HasGroup && IsOverBounds)
        {
            LongestSound().TakeFirst().Release();
        }
    }

    private bool IsOverBounds
    {
        get
        {
            (int frames, long bytes) = Held;
            return frames > MaximumFrames || bytes > maximumBytes;
        }
    }

    private FrameRing LongestSound()
    {
        FrameRing longest = _sourceAudio;
        foreach ((_, FrameRing ring) in _derivedAudio)
        {
            longest = ring.Count > longest.Count ? ring : longest;
        }

        return longest;
    }

    private void ReleaseSoundBefore(TimeSpan time)
    {
        _sourceAudio.ReleaseBefore(time);
        foreach ((_, FrameRing ring) in _derivedAudio)
        {
            ring.ReleaseBefore(time);
        }
    }
}
