using MediaGateway.Media.Memory;

namespace MediaGateway.Fuzz;

/// <summary>The pools that targets rent from: one for each thread, so that what a target leaves rented is its own.</summary>
internal static class Pools
{
    [ThreadStatic]
    private static BufferPool? _pool;

    /// <summary>This thread's pool.</summary>
    public static BufferPool Mine => _pool ??= new BufferPool();

    /// <summary>Throws when something of this thread's pool is rented, and forgets it: the next input begins with nothing.</summary>
    public static void RequireReturned()
    {
        BufferOwner[] kept = [.. Enum.GetValues<BufferOwner>().Where(owner => Mine.Outstanding(owner) != 0)];
        string words = string.Join(", ", kept.Select(owner => $"{Mine.Outstanding(owner)} of {owner}"));
        if (kept.Length > 0)
        {
            _pool = null;
            throw new OracleException($"blocks of memory did not come back: {words}");
        }
    }
}
