namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>How far one viewer has come on its timeline, in milliseconds: what a change to another stream must go on from.</summary>
internal struct SentTimes
{
    /// <summary>Frames of sound further apart than this have a hole between them, and say nothing about how long a frame is.</summary>
    private const long LongestSoundFrame = 200;

    private long _soundStep;

    /// <summary>The time of the last picture; null while none was sent.</summary>
    public long? Picture { get; private set; }

    /// <summary>The time of the last frame of sound; null while none was sent.</summary>
    public long? Sound { get; private set; }

    /// <summary>The time after which something new begins: that of the last picture, without pictures that of the last sound.</summary>
    public readonly long? Reached => Picture ?? Sound;

    /// <summary>
    /// From when on sound of another stream follows without a gap and without being heard twice. Its frames may lie half a frame earlier
    /// or later than ours: then nothing fits better.
    /// </summary>
    public readonly long? NextSound => Sound + Math.Max(1, (_soundStep + 1) / 2);

    /// <summary>An image was sent.</summary>
    public void Note(in WireImageDescription image)
    {
        if (image.Kind == WireImageKind.Video)
        {
            NotePicture(image.Stamp);
        }
        else if (image.Kind == WireImageKind.Audio)
        {
            NoteSound(image.Stamp);
        }
    }

    /// <summary>A picture was sent.</summary>
    public void NotePicture(long stamp) => Picture = stamp;

    /// <summary>A frame of sound was sent.</summary>
    public void NoteSound(long stamp)
    {
        _soundStep = stamp - Sound is > 0 and <= LongestSoundFrame and var step ? step : _soundStep;
        Sound = stamp;
    }
}
