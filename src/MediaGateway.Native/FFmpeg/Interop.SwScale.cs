using System.Runtime.InteropServices;

namespace MediaGateway.Native.FFmpeg;

/// <summary>libswscale. The context is opaque to us.</summary>
internal static unsafe partial class SwScale
{
    public const int SWS_BICUBIC = 4;

    [LibraryImport(LibraryResolver.SwScale)]
    public static partial uint swscale_version();

    [LibraryImport(LibraryResolver.SwScale)]
    public static partial SwsContextHandle sws_getContext(
        int srcW, int srcH, int srcFormat, int dstW, int dstH, int dstFormat, int flags, nint srcFilter, nint dstFilter, double* param);

    [LibraryImport(LibraryResolver.SwScale)]
    public static partial int sws_scale(
        SwsContextHandle c, byte** srcSlice, int* srcStride, int srcSliceY, int srcSliceH, byte** dst, int* dstStride);

    [LibraryImport(LibraryResolver.SwScale)]
    public static partial void sws_freeContext(nint swsContext);
}
