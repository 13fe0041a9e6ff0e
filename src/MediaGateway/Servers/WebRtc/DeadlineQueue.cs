namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// The next deadlines of all sessions of a loop. A session is queued once for the earliest time it has named; when that time comes and
/// the session has since named a later one, it is queued again. So a deadline that moves with every datagram costs nothing.
/// </summary>
internal sealed class DeadlineQueue
{
    private readonly PriorityQueue<WebRtcPublisher, TimeSpan> _queue = new();

    /// <summary>When the earliest deadline may be; <see cref="TimeSpan.MaxValue"/> when there is none.</summary>
    public TimeSpan Next => _queue.TryPeek(out _, out TimeSpan due) ? due : TimeSpan.MaxValue;

    /// <summary>Notes a session's next deadline.</summary>
    public void Schedule(WebRtcPublisher publisher)
    {
        TimeSpan deadline = publisher.Peer.NextDeadline;
        if (deadline < publisher.ScheduledAt)
        {
            publisher.ScheduledAt = deadline;
            _queue.Enqueue(publisher, deadline);
        }
    }

    /// <summary>Takes the next session whose deadline has come.</summary>
    public bool TryTakeDue(TimeSpan now, out WebRtcPublisher? publisher)
    {
        while (_queue.TryPeek(out publisher, out TimeSpan due) && due <= now)
        {
            _queue.Dequeue();
            bool isStale = publisher.IsEnded || due != publisher.ScheduledAt;
            if (isStale)
            {
                continue;
            }

            publisher.ScheduledAt = TimeSpan.MaxValue;
            if (publisher.Peer.NextDeadline <= now)
            {
                return true;
            }

            Schedule(publisher);
        }

        publisher = null;
        return false;
    }
}
