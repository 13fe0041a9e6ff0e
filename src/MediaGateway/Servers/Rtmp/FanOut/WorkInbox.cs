namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// The way into a worker: many posters, one taker, no lock, no allocation. An item is in it at most once (<see cref="WorkItem"/>).
/// </summary>
internal sealed class WorkInbox
{
    private WorkItem? _top;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => Volatile.Read(ref _top) is null;

    /// <summary>Any thread: puts an item in unless it waits already. True when it went in.</summary>
    public bool Post(WorkItem item)
    {
        if (!item.TryMarkPosted())
        {
            return false;
        }

        WorkItem? top = Volatile.Read(ref _top);
        while (true)
        {
            item.Next = top;
            WorkItem? seen = Interlocked.CompareExchange(ref _top, item, top);
            if (ReferenceEquals(seen, top))
            {
                return true;
            }

            top = seen;
        }
    }

    /// <summary>The worker: takes everything, oldest first, linked by <see cref="WorkItem.Next"/>; null when nothing waits.</summary>
    public WorkItem? TakeAll()
    {
        WorkItem? newestFirst = Interlocked.Exchange(ref _top, null);
        WorkItem? oldestFirst = null;
        while (newestFirst is not null)
        {
            WorkItem? next = newestFirst.Next;
            newestFirst.Next = oldestFirst;
            oldestFirst = newestFirst;
            newestFirst = next;
        }

        return oldestFirst;
    }
}
