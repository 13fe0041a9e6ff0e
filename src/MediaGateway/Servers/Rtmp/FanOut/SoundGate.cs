using MediaGateway.Configuration;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// Decides whether viewers of a feed may begin with sound while there are no pictures: the setting <c>Rtmp:SendVideoFirst</c>. Used by
/// the worker's thread only.
/// </summary>
/// <param name="rule">The setting.</param>
internal sealed class SoundGate(VideoFirst rule)
{
    /// <summary>
    /// How much sound without a picture makes a stream one that is sound only, in milliseconds of media. It is more than the longest
    /// usual distance of keyframes, as pictures in between cannot be the first.
    /// </summary>
    public const long SoundOnlyAfter = 4000;

    private long? _firstStamp;
    private bool _isSoundOnly;

    /// <summary>The stream has been on for long enough without a picture.</summary>
    public void NoteSoundOnly() => _isSoundOnly = true;

    /// <summary>Whether a viewer may begin at a frame of sound; no pictures have come so far, or all of them are gone.</summary>
    /// <param name="stamp">The time of the sound in milliseconds.</param>
    /// <param name="hasVideo">Whether the stream is known to have pictures.</param>
    public bool MayBeginAt(long stamp, bool hasVideo)
    {
        _firstStamp ??= stamp;
        return rule switch
        {
            VideoFirst.Off => true,
            VideoFirst.Strict => false,
            _ => !hasVideo && (_isSoundOnly || stamp - _firstStamp >= SoundOnlyAfter),
        };
    }
}
