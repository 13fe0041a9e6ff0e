namespace MediaGateway.WebRtc.Congestion;

/// <summary>
/// Puts packets that left in one burst into groups and compares the groups' distances at sender and receiver
/// (draft-ietf-rmcat-gcc-02 5.1, 5.2). The clocks need not agree, only run at the same speed.
/// </summary>
internal sealed class PacketGroups
{
    private static readonly TimeSpan BurstTime = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestBurst = TimeSpan.FromMilliseconds(100);

    /// <summary>A change of delay, or a step back in time, that no queue makes: a clock was set, or the path is another one.</summary>
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(3);

    private Group? _previous;
    private Group? _current;

    /// <summary>Forgets all groups.</summary>
    public void Reset()
    {
        _previous = null;
        _current = null;
    }

    /// <summary>Adds a packet; true when it completes a group that can be compared with the one before.</summary>
    /// <param name="sentAt">Sender's time.</param>
    /// <param name="arrivedAt">Receiver's time.</param>
    /// <param name="sendDelta">From group to group at the sender.</param>
    /// <param name="arrivalDelta">The same at the receiver.</param>
    public bool TryAdd(TimeSpan sentAt, TimeSpan arrivedAt, out TimeSpan sendDelta, out TimeSpan arrivalDelta)
    {
        sendDelta = default;
        arrivalDelta = default;
        if (_current is not { } current || sentAt < current.FirstSent - Jump)
        {
            Reset();
            _current = new Group(sentAt, sentAt, arrivedAt, arrivedAt);
            return false;
        }

        if (sentAt < current.FirstSent)
        {
            // Overtaken on the way: its group has been judged.
            return false;
        }

        if (sentAt - current.FirstSent <= BurstTime || IsBurst(current, sentAt, arrivedAt))
        {
            _current = current with { LastSent = Later(current.LastSent, sentAt), LastArrived = Later(current.LastArrived, arrivedAt) };
            return false;
        }

        bool isComparable = _previous is { } previous && TryCompare(previous, current, out sendDelta, out arrivalDelta);
        _previous = current;
        _current = new Group(sentAt, sentAt, arrivedAt, arrivedAt);
        return isComparable;
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Packets that something held up on the way and let go together say nothing one by one.</summary>
    private static bool IsBurst(in Group group, TimeSpan sentAt, TimeSpan arrivedAt)
    {
        TimeSpan apart = arrivedAt - group.LastArrived;
        TimeSpan apartAtSender = sentAt - group.LastSent;
        return apartAtSender == TimeSpan.Zero
            || (apart <= BurstTime && apart < apartAtSender && arrivedAt - group.FirstArrived < LongestBurst);
    }

    private bool TryCompare(in Group previous, in Group current, out TimeSpan sendDelta, out TimeSpan arrivalDelta)
    {
        sendDelta = current.LastSent - previous.LastSent;
        arrivalDelta = current.LastArrived - previous.LastArrived;
        if ((arrivalDelta - sendDelta).Duration() > Jump)
        {
            Reset();
            return false;
        }

        return arrivalDelta >= TimeSpan.Zero;
    }

    private readonly record struct Group(TimeSpan FirstSent, TimeSpan LastSent, TimeSpan FirstArrived, TimeSpan LastArrived);
}
