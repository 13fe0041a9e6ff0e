namespace MediaGateway.Native.Linux;

/// <summary>
/// The heap of the C library, from which OpenSSL, FFmpeg, Opus and the runtime's own compiler take their memory. Its figures are in no collector's.
/// </summary>
public static class NativeHeap
{
    private const string Setting = "MALLOC_ARENA_MAX";

    /// <summary>
    /// Bounds the areas (arenas, mallopt(3) <c>M_ARENA_MAX</c>) in which threads allocate beside each other. glibc makes up to eight for each core, one
    /// whenever threads meet in the same, and each keeps what its busiest moment took: where threads come and go, as those that compile and those
    /// of the pool do, memory grows for hours although nothing is held. To be called as early as possible: areas that are there stay.
    /// </summary>
    /// <param name="count">The most areas; at least 1. Threads that allocate at the same moment in the same one wait for each other.</param>
    /// <returns>
    /// False: nothing was changed, as the environment names a number (<c>MALLOC_ARENA_MAX</c>) or the C library has no areas (musl).
    /// </returns>
    public static bool LimitArenas(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (Environment.GetEnvironmentVariable(Setting) is { Length: > 0 })
        {
            return false;
        }

        try
        {
            return Libc.mallopt(Libc.M_ARENA_MAX, count) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }
}
