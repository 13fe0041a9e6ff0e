using System.Runtime.InteropServices;

namespace MediaGateway.Native.Opus;

/// <summary>libopus 1.3 and later.</summary>
internal static unsafe partial class LibOpus
{
    public const int OPUS_OK = 0;

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
}
