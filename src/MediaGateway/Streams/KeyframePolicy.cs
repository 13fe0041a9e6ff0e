namespace MediaGateway.Streams;

/// <summary>
/// When the publisher is asked for a keyframe: browsers send none by themselves. Never while nobody watches, never twice within
/// <see cref="ShortestInterval"/>. Used under the stream's lock.
/// </summary>
/// <param name="interval">While somebody watches, the age at which a group of pictures is too old.</param>
internal sealed class KeyframePolicy(TimeSpan interval)
{
    /// <summary>The shortest time between two requests: a request on its way is not repeated.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(300);

    private TimeSpan _lastRequest = TimeSpan.MinValue;

    /// <summary>Requests made so far.</summary>
    public long Requests { get; private set; }

    /// <summary>Decides, and notes the request if the answer is yes: the caller then makes it, outside the lock.</summary>
    /// <param name="cache">The stream's cache.</param>
    /// <param name="somebodyWaits">Whether somebody cannot start before the next keyframe.</param>
    /// <param name="now">Gateway time.</param>
    public bool ShouldRequest(GroupOfPicturesCache cache, bool somebodyWaits, TimeSpan now)
    {
        bool wanted = somebodyWaits || !cache.HasGroup || now - cache.GroupReceivedAt >= interval;
        if (!wanted || (_lastRequest != TimeSpan.MinValue && now - _lastRequest < ShortestInterval))
        {
            return false;
        }

        _lastRequest = now;
        Requests++;
        return true;
    }
}
