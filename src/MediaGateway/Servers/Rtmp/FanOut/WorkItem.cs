namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// Something a fan-out worker must look at. It is its own node of the worker's inbox, so posting allocates nothing and an item waits
/// there at most once however often it is posted: the inbox is bounded by the number of items.
/// </summary>
internal abstract class WorkItem
{
    private int _posted;

    /// <summary>The next item of the inbox; belongs to the inbox.</summary>
    internal WorkItem? Next { get; set; }

    /// <summary>True for the caller who must put the item into the inbox; false when it waits there already.</summary>
    internal bool TryMarkPosted() => Interlocked.Exchange(ref _posted, 1) == 0;

    /// <summary>Must come before the item's state is read, so that what is posted meanwhile brings it back.</summary>
    internal void ClearPosted() => Interlocked.Exchange(ref _posted, 0);
}
