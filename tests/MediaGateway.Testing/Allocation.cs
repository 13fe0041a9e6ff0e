namespace MediaGateway.Testing;

/// <summary>Measures what the current thread allocates.</summary>
public static class Allocation
{
    /// <summary>Bytes allocated by <paramref name="iterations"/> calls, after as many to warm up.</summary>
    public static long Of(int iterations, Action action)
    {
        Repeat(iterations, action);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(iterations, action);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Repeat(int iterations, Action action)
    {
        for (int i = 0; i < iterations; i++)
        {
            action();
        }
    }
}
