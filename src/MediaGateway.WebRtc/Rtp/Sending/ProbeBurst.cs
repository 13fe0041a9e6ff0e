using MediaGateway.WebRtc.Congestion;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// A burst that shows whether the way has more to give: packets that the peer has already are sent once more, at the rate asked for, beside
/// the pacer.
/// </summary>
internal sealed class ProbeBurst
{
    private readonly Pacer _pacer = new();
    private SendProbe _probe;
    private int _rest;

    /// <summary>Whether a burst is under way.</summary>
    public bool IsActive => _rest > 0;

    /// <summary>What its packets are called.</summary>
    public int Id => _probe.Id;

    /// <summary>When the next packet of the burst may leave.</summary>
    public TimeSpan WakeAt => IsActive ? _pacer.WakeAt : TimeSpan.MaxValue;

    /// <summary>Begins a burst.</summary>
    public void Begin(in SendProbe probe) => (_probe, _rest) = (probe, probe.BitsPerSecond > 0 ? probe.Bytes : 0);

    /// <summary>Whether a packet of the burst may leave.</summary>
    public bool IsFree(TimeSpan now) => IsActive && _pacer.IsFree(now);

    /// <summary>Notes a packet of the burst.</summary>
    public void Spend(int bytes, TimeSpan now)
    {
        _pacer.Spend(bytes, _probe.BitsPerSecond, now);
        _rest -= bytes;
    }

    /// <summary>Gives the rest up.</summary>
    public void End() => _rest = 0;
}
