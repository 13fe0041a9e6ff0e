using System.Runtime.InteropServices;

namespace MediaGateway.Native.FFmpeg;

/// <summary>libavcodec. Fields of its structures are reached through <see cref="FFmpegLayout"/>.</summary>
internal static unsafe partial class AvCodec
{
    public const int AVMEDIA_TYPE_VIDEO = 0;
    public const int AVMEDIA_TYPE_AUDIO = 1;
    public const int AV_CODEC_ID_MP3 = 86017;
    public const int AV_CODEC_ID_AAC = 86018;
    public const int AV_CODEC_ID_NELLYMOSER = 86049;
    public const int AV_CODEC_ID_SPEEX = 86051;
    public const int AV_INPUT_BUFFER_PADDING_SIZE = 64;
    public const int AV_PKT_FLAG_KEY = 1;

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial uint avcodec_version();

    [LibraryImport(LibraryResolver.AvCodec, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint avcodec_find_encoder_by_name(string name);

    [LibraryImport(LibraryResolver.AvCodec, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint avcodec_find_decoder_by_name(string name);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial AvCodecContextHandle avcodec_alloc_context3(nint codec);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial void avcodec_free_context(nint* avctx);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial AvCodecParametersHandle avcodec_parameters_alloc();

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial void avcodec_parameters_free(nint* par);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_parameters_to_context(AvCodecContextHandle codec, AvCodecParametersHandle par);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_parameters_from_context(AvCodecParametersHandle par, AvCodecContextHandle codec);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_open2(AvCodecContextHandle avctx, nint codec, nint options);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_send_frame(AvCodecContextHandle avctx, AvFrameHandle frame);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_receive_packet(AvCodecContextHandle avctx, AvPacketHandle avpkt);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_send_packet(AvCodecContextHandle avctx, AvPacketHandle avpkt);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int avcodec_receive_frame(AvCodecContextHandle avctx, AvFrameHandle frame);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial AvPacketHandle av_packet_alloc();

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial int av_new_packet(AvPacketHandle pkt, int size);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial void av_packet_free(nint* pkt);

    [LibraryImport(LibraryResolver.AvCodec)]
    public static partial void av_packet_unref(AvPacketHandle pkt);
}
