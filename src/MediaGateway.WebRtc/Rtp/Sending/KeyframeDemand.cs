namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// When to ask the stream for a keyframe for this viewer: at once, repeated ever more slowly until one was sent, never twice within
/// <see cref="Spacing"/>.
/// </summary>
internal sealed class KeyframeDemand
{
    /// <summary>The least time between two requests.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan SlowestRepetition = TimeSpan.FromSeconds(5);

    private bool _isWanted;
    private TimeSpan _allowedAt;
    private TimeSpan _repetition = Spacing;

    /// <summary>When the next request is due; <see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan DueAt { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Notes that a keyframe is needed.</summary>
    /// <param name="now">When.</param>
    /// <param name="isUrgent">The peer has just said so: a slow repetition is brought forward.</param>
    public void Want(TimeSpan now, bool isUrgent)
    {
        if (!_isWanted || isUrgent)
        {
            TimeSpan at = now > _allowedAt ? now : _allowedAt;
            DueAt = at < DueAt ? at : DueAt;
        }

        _isWanted = true;
    }

    /// <summary>Notes that a keyframe is on its way.</summary>
    public void OnKeyframe()
    {
        _isWanted = false;
        DueAt = TimeSpan.MaxValue;
        _repetition = Spacing;
    }

    /// <summary>Takes a request that is due.</summary>
    public bool TryTake(TimeSpan now)
    {
        if (now < DueAt)
        {
            return false;
        }

        _allowedAt = now + Spacing;
        DueAt = now + _repetition;
        _repetition = _repetition * 2 < SlowestRepetition ? _repetition * 2 : SlowestRepetition;
        return true;
    }
}
