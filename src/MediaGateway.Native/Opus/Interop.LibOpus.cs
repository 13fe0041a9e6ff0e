using System.Runtime.InteropServices;

namespace MediaGateway.Native.Opus;

/// <summary>libopus 1.3 and later.</summary>
internal static unsafe partial class LibOpus
{
    public const int OPUS_OK = 0;
    public const int OPUS_APPLICATION_AUDIO = 2049;
    public const int OPUS_SET_BITRATE_REQUEST = 4002;
    public const int OPUS_GET_LOOKAHEAD_REQUEST = 4027;

    [LibraryImport(LibraryResolver.Opus)]
    public static partial nint opus_get_version_string();

    [LibraryImport(LibraryResolver.Opus)]
    public static partial nint opus_strerror(int error);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial OpusDecoderHandle opus_decoder_create(int Fs, int channels, int* error);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial void opus_decoder_destroy(nint st);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial int opus_decode_float(OpusDecoderHandle st, byte* data, int len, float* pcm, int frame_size, int decode_fec);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial int opus_packet_parse(
        byte* data, int len, byte* out_toc, byte** frames, short* size, int* payload_offset);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial OpusEncoderHandle opus_encoder_create(int Fs, int channels, int application, int* error);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial void opus_encoder_destroy(nint st);

    // Variadic in C; on x86-64 and arm64 Linux an integer or pointer argument is passed alike.
    [LibraryImport(LibraryResolver.Opus)]
    public static partial int opus_encoder_ctl(OpusEncoderHandle st, int request, int value);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial int opus_encoder_ctl(OpusEncoderHandle st, int request, int* value);

    [LibraryImport(LibraryResolver.Opus)]
    public static partial int opus_encode_float(OpusEncoderHandle st, float* pcm, int frame_size, byte* data, int max_data_bytes);
}
