using System.Runtime.InteropServices;

namespace MediaGateway.Native.Speex;

/// <summary>libspeex 1.2.</summary>
internal static unsafe partial class LibSpeex
{
    public const int SPEEX_MODEID_WB = 1;
    public const int SPEEX_GET_FRAME_SIZE = 3;
    public const int SPEEX_SET_QUALITY = 4;
    public const int SPEEX_GET_LOOKAHEAD = 39;
    public const int SPEEX_SET_PLC_TUNING = 40;
    public const int SPEEX_LIB_GET_VERSION_STRING = 9;

    [LibraryImport(LibraryResolver.Speex)]
    public static partial int speex_lib_ctl(int request, nint* value);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial nint speex_lib_get_mode(int mode);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial SpeexEncoderHandle speex_encoder_init(nint mode);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial void speex_encoder_destroy(nint state);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial int speex_encoder_ctl(SpeexEncoderHandle state, int request, int* value);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial int speex_encode_int(SpeexEncoderHandle state, short* samples, Bits* bits);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial void speex_bits_init(Bits* bits);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial void speex_bits_destroy(Bits* bits);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial void speex_bits_reset(Bits* bits);

    [LibraryImport(LibraryResolver.Speex)]
    public static partial int speex_bits_write(Bits* bits, byte* bytes, int length);

    /// <summary>SpeexBits of speex_bits.h, which is public: the same since 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Bits
    {
        public byte* Characters;
        public int BitCount;
        public int CharacterPosition;
        public int BitPosition;
        public int IsOwner;
        public int HasOverflown;
        public int BufferSize;
        public int Reserved1;
        public void* Reserved2;
    }
}
