namespace MediaGateway.Native;

/// <summary>How many native handles the process holds. Any thread; counting allocates nothing.</summary>
public static class NativeHandleCounts
{
    private static readonly long[] Counts = new long[Enum.GetValues<NativeHandleKind>().Length];

    /// <summary>Handles of a kind that are not freed.</summary>
    public static long Count(NativeHandleKind kind) => Volatile.Read(ref Counts[(int)kind]);

    /// <summary>One more, or one less.</summary>
    internal static void Change(NativeHandleKind kind, int by) => Interlocked.Add(ref Counts[(int)kind], by);
}
