using System.Runtime.InteropServices;
using Xunit;

namespace MediaGateway.Native.Tests;

/// <summary>What the C library's allocator has given out: tells a leak in native code exactly.</summary>
internal static partial class NativeHeap
{
    private const int Windows = 6;

    /// <summary>
    /// Runs an action in several windows of as many rounds and fails when native memory grows in each of them: a leak does, while
    /// the runtime's own allocations (compiling, collecting) come and go.
    /// </summary>
    /// <param name="action">What might leak.</param>
    /// <param name="rounds">Rounds per window.</param>
    /// <param name="allowedBytesPerRound">Far less than one leaked object.</param>
    public static void AssertFlat(Action action, int rounds, int allowedBytesPerRound)
    {
        long smallest = long.MaxValue;
        for (int window = 0; window < Windows && smallest > (long)rounds * allowedBytesPerRound; window++)
        {
            long before = BytesInUse();
            for (int round = 0; round < rounds; round++)
            {
                action();
            }

            smallest = Math.Min(smallest, BytesInUse() - before);
        }

        Assert.InRange(smallest, long.MinValue, (long)rounds * allowedBytesPerRound);
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
