namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// When the next packet may leave, so that a keyframe does not fill the queues of the network at once. Each packet occupies the way for as
/// long as it takes at the given pace; a little of what was not used may be caught up.
/// </summary>
internal sealed class Pacer
{
    /// <summary>How much of unused time may be caught up: a burst of so long at the pace leaves at once.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(5);

    /// <summary>While packets wait the owner is woken this much after the next one could leave, not for every single one.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    private const int BitsPerByte = 8;

    private TimeSpan _freeAt;

    /// <summary>When to look again while packets wait.</summary>
    public TimeSpan WakeAt => _freeAt + Step;

    /// <summary>Whether a packet may leave.</summary>
    public bool IsFree(TimeSpan now) => _freeAt <= now;

    /// <summary>Notes a packet that leaves.</summary>
    /// <param name="bytes">Bytes of it.</param>
    /// <param name="bitsPerSecond">The pace; positive.</param>
    /// <param name="now">When.</param>
    public void Spend(int bytes, long bitsPerSecond, TimeSpan now)
    {
        TimeSpan earliest = now - Window;
        _freeAt = (_freeAt > earliest ? _freeAt : earliest)
            + TimeSpan.FromTicks(bytes * BitsPerByte * TimeSpan.TicksPerSecond / bitsPerSecond);
    }
}
