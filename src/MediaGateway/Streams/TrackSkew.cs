namespace MediaGateway.Streams;

/// <summary>
/// How much later the sound of a moment comes than its pictures: the difference of what their stamps are ahead of their arrival, smoothed over
/// some frames, for packets come in bursts. Used under the stream's lock.
/// </summary>
internal sealed class TrackSkew
{
    /// <summary>How much of the newest frame goes into the mean: about half a second of pictures.</summary>
    private const double Weight = 1.0 / 16;

    private double? _pictures;
    private double? _sound;

    /// <summary>In time; below zero when the sound comes first. Null without both tracks.</summary>
    public TimeSpan? Value => _pictures is { } pictures && _sound is { } sound ? TimeSpan.FromSeconds(pictures - sound) : null;

    /// <summary>Notes a picture.</summary>
    public void NotePicture(TimeSpan stamp, TimeSpan arrival) => _pictures = Mean(_pictures, stamp - arrival);

    /// <summary>Notes a frame of sound.</summary>
    public void NoteSound(TimeSpan stamp, TimeSpan arrival) => _sound = Mean(_sound, stamp - arrival);

    /// <summary>Another publisher has other clocks.</summary>
    public void Clear() => (_pictures, _sound) = (null, null);

    private static double Mean(double? mean, TimeSpan lead) => mean is { } before ? before + ((lead.TotalSeconds - before) * Weight) : lead.TotalSeconds;
}
