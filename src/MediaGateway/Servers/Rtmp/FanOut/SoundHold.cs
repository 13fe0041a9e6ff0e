namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// How long the sound of one feed waits for the next picture, so that each viewer gets both by one call: the setting
/// <c>Rtmp:Coalescing</c>. Pictures and everything else never wait, and take the sound along. Used by the worker's thread only.
/// </summary>
/// <param name="settings">The bounds.</param>
internal sealed class SoundHold(FanOutSettings settings)
{
    /// <summary>A worker sleeps for whole milliseconds: sound goes out up to this much before its time, so that it never does after it.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private bool _isUrgent;

    /// <summary>When what waits must go out; <see cref="TimeSpan.MaxValue"/> while only what may not wait has come, or nothing.</summary>
    public TimeSpan Until { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Whether the worker has the feed on its list of those with something that waits; kept by the worker.</summary>
    public bool IsListed { get; set; }

    /// <summary>A frame of sound has come, of a stream with pictures.</summary>
    /// <param name="receivedAt">When the gateway had it: the bound counts from there, and so sound out of a cache does not wait.</param>
    public void NoteSound(TimeSpan receivedAt)
    {
        TimeSpan until = receivedAt + settings.Coalescing;
        Until = until < Until ? until : Until;
    }

    /// <summary>Something has come that does not wait.</summary>
    public void NoteUrgent() => _isUrgent = true;

    /// <summary>Whether what has come is to wait.</summary>
    /// <param name="viewers">How many there are for it; with few of them nothing would be saved.</param>
    /// <param name="now">Gateway time.</param>
    public bool MayWait(int viewers, TimeSpan now) =>
        !_isUrgent && Until != TimeSpan.MaxValue && settings.Coalescing > Grain && viewers >= settings.CoalescingViewers && !IsOver(now);

    /// <summary>Whether something waits that must go out.</summary>
    public bool IsOver(TimeSpan now) => Until != TimeSpan.MaxValue && Until - now < Grain;

    /// <summary>Everything goes out.</summary>
    public void Clear() => (_isUrgent, Until) = (false, TimeSpan.MaxValue);
}
