using System.Runtime.InteropServices;

namespace MediaGateway.Native.FFmpeg;

/// <summary>libavutil.</summary>
internal static unsafe partial class AvUtil
{
    public const int AV_SAMPLE_FMT_S16 = 1;
    public const int AV_SAMPLE_FMT_FLT = 3;
    public const int AV_SAMPLE_FMT_S16P = 6;
    public const int AV_SAMPLE_FMT_FLTP = 8;
    public const int AV_PIX_FMT_YUV420P = 0;
    public const int AV_PIX_FMT_RGB24 = 2;
    public const int AV_PIX_FMT_YUVJ420P = 12;
    public const int AV_PICTURE_TYPE_NONE = 0;
    public const int AV_PICTURE_TYPE_I = 1;
    public const int AV_OPT_SEARCH_CHILDREN = 1;
    public const int AV_LOG_FATAL = 8;
    public const int AVERROR_EAGAIN = -11;
    public const int AVERROR_EOF = -541478725;

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial uint avutil_version();

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial nint av_version_info();

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial void av_log_set_level(int level);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial int av_strerror(int errnum, byte* errbuf, nuint errbuf_size);

    [LibraryImport(LibraryResolver.AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_set(AvCodecContextHandle obj, string name, string val, int search_flags);

    [LibraryImport(LibraryResolver.AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_set_int(AvCodecContextHandle obj, string name, long val, int search_flags);

    [LibraryImport(LibraryResolver.AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_get_int(AvCodecContextHandle obj, string name, int search_flags, long* out_val);

    /// <param name="obj">The context.</param>
    /// <param name="name">The option.</param>
    /// <param name="search_flags">Where to look.</param>
    /// <param name="out_val">An <c>AVRational</c>: numerator, denominator.</param>
    [LibraryImport(LibraryResolver.AvUtil, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_get_q(AvCodecContextHandle obj, string name, int search_flags, int* out_val);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial void av_channel_layout_default(nint ch_layout, int nb_channels);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial byte* av_mallocz(nuint size);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial AvFrameHandle av_frame_alloc();

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial void av_frame_free(nint* frame);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial void av_frame_unref(AvFrameHandle frame);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial int av_frame_get_buffer(AvFrameHandle frame, int align);

    [LibraryImport(LibraryResolver.AvUtil)]
    public static partial int av_frame_make_writable(AvFrameHandle frame);
}
