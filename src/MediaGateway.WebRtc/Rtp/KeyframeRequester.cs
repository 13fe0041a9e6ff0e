namespace MediaGateway.WebRtc.Rtp;

/// <summary>
/// When to ask for a keyframe. A request is repeated until a keyframe has come, but not before max(2 round trips, 300 ms). A request
/// because of loss waits only for the last one because of loss, never for one made for a viewer.
/// </summary>
internal sealed class KeyframeRequester(RoundTripEstimator roundTrip)
{
    private const int RepairRoundTrips = 4;

    private static readonly TimeSpan MinimumSpacing = TimeSpan.FromMilliseconds(300);

    private bool _isWanted;
    private bool _isForLoss;
    private TimeSpan _allowedAt;
    private TimeSpan _allowedForLossAt;

    /// <summary>When the next request is to be sent; <see cref="TimeSpan.MaxValue"/> when none is.</summary>
    public TimeSpan DueAt { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Distinguishes requests from their repetitions (RFC 5104 4.3.1.2).</summary>
    public byte SequenceNumber { get; private set; }

    /// <summary>Asks because pictures cannot be decoded until a keyframe comes.</summary>
    public void RequestForLoss(TimeSpan now)
    {
        if (!_isForLoss)
        {
            Want(Later(now, _allowedForLossAt));
            _isForLoss = true;
        }
    }

    /// <summary>Asks because a viewer needs a place to start, or the group of pictures is getting long.</summary>
    public void RequestForViewer(TimeSpan now)
    {
        if (!_isWanted)
        {
            Want(Later(now, _allowedAt));
        }
    }

    /// <summary>Notes that a complete keyframe has come.</summary>
    public void OnKeyframe()
    {
        _isWanted = false;
        _isForLoss = false;
        DueAt = TimeSpan.MaxValue;
    }

    /// <summary>
    /// Notes that a keyframe has begun to come: another one is asked for when this one is lost, or does not get complete for as long
    /// as its repair takes. A sender that is asked again and again under loss only makes the way fuller.
    /// </summary>
    public void OnKeyframeBegun(TimeSpan now)
    {
        if (_isWanted)
        {
            DueAt = Later(DueAt, now + Later(roundTrip.Value * RepairRoundTrips, MinimumSpacing));
            _isForLoss = false;
        }
    }

    /// <summary>Notes that a request was sent.</summary>
    public void OnSent(TimeSpan now)
    {
        TimeSpan spacing = Later(roundTrip.Value * 2, MinimumSpacing);
        _allowedAt = now + spacing;
        _allowedForLossAt = _isForLoss ? _allowedAt : _allowedForLossAt;
        DueAt = _allowedAt;
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private void Want(TimeSpan at)
    {
        SequenceNumber = _isWanted ? SequenceNumber : unchecked((byte)(SequenceNumber + 1));
        _isWanted = true;
        DueAt = at < DueAt ? at : DueAt;
    }
}
