using System.Runtime.InteropServices;
using Xunit;

namespace MediaGateway.Native.Tests;

/// <summary>What the C library's allocator has given out: tells a leak in native code exactly.</summary>
internal static partial class NativeHeap
{
    /// <summary>Runs an action often and fails when native memory grows with it. Only for tests that run alone.</summary>
    /// <param name="action">What might leak.</param>
    /// <param name="rounds">How often; caches must have filled after as many.</param>
    /// <param name="allowedBytesPerRound">Far less than one leaked object.</param>
    public static void AssertFlat(Action action, int rounds, int allowedBytesPerRound)
    {
        for (int round = 0; round < rounds; round++)
        {
            action();
        }

        long before = BytesInUse();
        for (int round = 0; round < rounds; round++)
        {
            action();
        }

        Assert.InRange(BytesInUse() - before, long.MinValue, (long)rounds * allowedBytesPerRound);
    }

    private static long BytesInUse()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        MallocInformation information = mallinfo2();
        return (long)(information.uordblks + information.hblkhd);
    }

    [LibraryImport("libc.so.6")]
    private static partial MallocInformation mallinfo2();

    [StructLayout(LayoutKind.Sequential)]
    private struct MallocInformation
    {
        public nuint arena;
        public nuint ordblks;
        public nuint smblks;
        public nuint hblks;
        public nuint hblkhd;
        public nuint usmblks;
        public nuint fsmblks;
        public nuint uordblks;
        public nuint fordblks;
        public nuint keepcost;
    }
}
