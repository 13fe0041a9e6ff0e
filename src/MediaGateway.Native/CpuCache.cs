using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MediaGateway.Native;

/// <summary>
/// Hints to the processor. A loop over thousands of objects that makes a system call for each finds none of them in the cache: fetched one
/// or two turns ahead, they come while the call before them runs. Without effect where the processor takes no hints. Any thread.
/// </summary>
public static unsafe class CpuCache
{
    private const int LineBytes = 64;

    /// <summary>Has the beginning of an object fetched; it may be moved meanwhile, and then the hint is lost.</summary>
    /// <param name="item">The object.</param>
    /// <param name="lines">How much of it, in lines of 64 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(object item, int lines)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        byte* address = *(byte**)Unsafe.AsPointer(ref item);
        for (int line = 0; line < lines; line++)
        {
            Sse.Prefetch0(address + (line * LineBytes));
        }
    }
}
