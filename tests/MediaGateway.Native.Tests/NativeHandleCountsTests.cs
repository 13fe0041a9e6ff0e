using MediaGateway.Native.Linux;
using Xunit;

namespace MediaGateway.Native.Tests;

/// <summary>What native libraries hold for us is counted, and all of it is given back.</summary>
[Collection(AloneCollection.Name)]
public sealed class NativeHandleCountsTests
{
    private static readonly NativeHandleKind[] Kinds = Enum.GetValues<NativeHandleKind>();

    [Fact]
    public void EveryLibraryTriedOnce_LeavesNothingBehind()
    {
        NativeLibraries.SelfCheck(); // what is made once for the process
        CollectGarbage();
        long[] before = Counts();
        Assert.All(NativeLibraries.SelfCheck(), report => Assert.Null(report.Failure));
        string[] left = [.. Kinds.Where(kind => NativeHandleCounts.Count(kind) > before[(int)kind]).Select(kind => kind.ToString())];
        Assert.Empty(left);
    }

    [Fact]
    public void Handle_CountsUntilItIsFreed()
    {
        CollectGarbage();
        long before = NativeHandleCounts.Count(NativeHandleKind.FileDescriptor);
        var first = new EventFd();
        Assert.Equal(before + 1, NativeHandleCounts.Count(NativeHandleKind.FileDescriptor));
        first.Dispose();
        first.Dispose();
        Assert.Equal(before, NativeHandleCounts.Count(NativeHandleKind.FileDescriptor));
    }

    [Fact]
    public void HandleThatStaysEmpty_CountsUntilItIsDisposedOf()
    {
        CollectGarbage();
        long before = NativeHandleCounts.Count(NativeHandleKind.FileDescriptor);
        var empty = new FileDescriptorHandle();
        Assert.True(empty.IsInvalid);
        Assert.Equal(before + 1, NativeHandleCounts.Count(NativeHandleKind.FileDescriptor));
        empty.Dispose();
        Assert.Equal(before, NativeHandleCounts.Count(NativeHandleKind.FileDescriptor));
    }

    private static long[] Counts() => [.. Kinds.Select(NativeHandleCounts.Count)];

    // What earlier tests have left to the finalizer must not be freed while we count.
    private static void CollectGarbage()
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
