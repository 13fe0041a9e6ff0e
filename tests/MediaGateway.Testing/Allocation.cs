namespace MediaGateway.Testing;

/// <summary>Measures what the current thread allocates.</summary>
public static class Allocation
{
    /// <summary>
    /// Bytes allocated by <paramref name="iterations"/> calls, after as many to warm up. A collection, which other threads may cause at any
    /// time, gives up what was left of the thread's block of memory, and that may count as allocated: a call with one in it counts as the others do.
    /// </summary>
    public static long Of(int iterations, Action action)
    {
        for (int i = 0; i < iterations; i++)
        {
            action();
        }

        long bytes = 0;
        int undisturbed = 0;
        for (int i = 0; i < iterations; i++)
        {
            int collections = GC.CollectionCount(0);
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (GC.CollectionCount(0) == collections)
            {
                bytes += allocated;
                undisturbed++;
            }
        }

        return undisturbed == 0 ? throw new InvalidOperationException("Every call was disturbed by a collection.") : bytes * iterations / undisturbed;
    }
}
