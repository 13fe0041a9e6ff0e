namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// The next deadlines of all sessions of a loop. A session is queued once for the earliest time it has named; when that time comes and
/// the session has since named a later one, it is queued again. So a deadline that moves with every datagram costs nothing.
/// </summary>
internal sealed class DeadlineQueue
{
    private readonly PriorityQueue<WebRtcSession, TimeSpan> _queue = new();

    /// <summary>When the earliest deadline may be; <see cref="TimeSpan.MaxValue"/> when there is none.</summary>
    public TimeSpan Next => _queue.TryPeek(out _, out TimeSpan due) ? due : TimeSpan.MaxValue;

    /// <summary>Notes a session's next deadline.</summary>
    public void Schedule(WebRtcSession session)
    {
        TimeSpan deadline = session.NextDeadline;
        if (deadline < session.ScheduledAt)
        {
            session.ScheduledAt = deadline;
            _queue.Enqueue(session, deadline);
        }
    }

    /// <summary>Takes the next session whose deadline has come.</summary>
    public bool TryTakeDue(TimeSpan now, out WebRtcSession? session)
    {
        while (_queue.TryPeek(out session, out TimeSpan due) && due <= now)
        {
            _queue.Dequeue();
            bool isStale = session.IsEnded || due != session.ScheduledAt;
            if (isStale)
            {
                continue;
            }

            session.ScheduledAt = TimeSpan.MaxValue;
            if (session.NextDeadline <= now)
            {
                return true;
            }

            Schedule(session);
        }

        session = null;
        return false;
    }
}
