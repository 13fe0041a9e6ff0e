using System.Diagnostics;
using System.Runtime.InteropServices;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Audio;

namespace MediaGateway.Native.Speex;

/// <summary>
/// libspeex: wideband, mono, 20 ms per packet, constant rate. Not by way of FFmpeg, which does not pass on what late joiners need, see
/// <see cref="ExpectedLoss"/>. One thread at a time; allocates no managed memory per frame.
/// </summary>
internal sealed unsafe class SpeexEncoder : ISoundEncoder
{
    /// <summary>Samples per second.</summary>
    public const int SampleRate = 16_000;

    /// <summary>Samples of one frame, 20 ms.</summary>
    public const int FrameSamples = 320;

    /// <summary>
    /// Format 11, 16 bit, mono; the rate bits are zero whatever the rate (Video File Format v10.1, E.4.2.1: Speex is 16 kHz mono).
    /// </summary>
    private const byte FlvHeader = 0xB2;

    /// <summary>The best of libspeex, 42 kbit/s: the rate saves nobody anything next to the pictures.</summary>
    private const int Quality = 10;

    /// <summary>
    /// Per cent of packets for whose loss the encoder is prepared. It bounds the gain of the long-term prediction: without, a decoder that
    /// joins in the middle of a steady tone never finds into it, but grows louder and wilder.
    /// </summary>
    private const int ExpectedLoss = 30;

    /// <summary>What decoders of wideband add to the encoder's look-ahead: a subframe of the low band, 5 ms.</summary>
    private const int DecoderDelay = 80;

    /// <summary>The longest wideband packet of libspeex is 106 bytes.</summary>
    private const int LongestPacket = 256;

    private readonly short[] _samples = new short[FrameSamples];
    private readonly byte[] _packet = new byte[LongestPacket];
    private readonly SpeexEncoderHandle _encoder;
    private readonly int _lookahead;
    private LibSpeex.Bits* _bits;

    /// <summary>The format of every packet.</summary>
    public static TrackFormat Output { get; } = new PlainAudioFormat(CodecId.Speex, SampleRate, Channels: 1, FlvHeader);

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="NotSupportedException">libspeex is not installed.</exception>
    /// <exception cref="SpeexException">The library is not as expected.</exception>
    public SpeexEncoder()
    {
        if (!IsInstalled)
        {
            throw new NotSupportedException("Sound cannot be had in Speex: libspeex is not installed. On Debian or Ubuntu: apt-get install libspeex1.");
        }

        _encoder = LibSpeex.speex_encoder_init(LibSpeex.speex_lib_get_mode(LibSpeex.SPEEX_MODEID_WB));
        Set(LibSpeex.SPEEX_SET_QUALITY, Quality);
        Set(LibSpeex.SPEEX_SET_PLC_TUNING, ExpectedLoss);
        int frameSamples = Get(LibSpeex.SPEEX_GET_FRAME_SIZE);
        if (frameSamples != FrameSamples)
        {
            _encoder.Dispose();
            throw new SpeexException("SPEEX_GET_FRAME_SIZE", frameSamples);
        }

        _lookahead = Get(LibSpeex.SPEEX_GET_LOOKAHEAD);
        _bits = (LibSpeex.Bits*)NativeMemory.AllocZeroed((nuint)sizeof(LibSpeex.Bits));
        LibSpeex.speex_bits_init(_bits);
    }

    /// <summary>Frees what a forgotten encoder holds.</summary>
    ~SpeexEncoder() => FreeBits();

    /// <summary>Whether the library is there.</summary>
    public static bool IsInstalled => LibraryResolver.Resolve(LibraryResolver.Speex) != 0;

    /// <summary>The library's own words for its version.</summary>
    public static string LibraryVersion
    {
        get
        {
            nint text;
            return LibSpeex.speex_lib_ctl(LibSpeex.SPEEX_LIB_GET_VERSION_STRING, &text) == 0
                ? Marshal.PtrToStringUTF8(text) ?? "of unknown version"
                : "of unknown version";
        }
    }

    /// <inheritdoc/>
    public TrackFormat Format => Output;

    /// <inheritdoc/>
    public SoundShape Shape => new(SampleRate, Channels: 1, FrameSamples, _lookahead + DecoderDelay);

    /// <inheritdoc/>
    public PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length)
    {
        Debug.Assert(left.Length == FrameSamples, "the encoder takes whole frames");
        ObjectDisposedException.ThrowIf(_bits is null, this);
        PcmSample.Convert(left, _samples);
        LibSpeex.speex_bits_reset(_bits);
        fixed (short* samples = _samples)
        fixed (byte* packet = _packet)
        {
            // It says whether the frame is worth sending, for encoders that leave silence out; ours does not.
            _ = LibSpeex.speex_encode_int(_encoder, samples, _bits);
            length = LibSpeex.speex_bits_write(_bits, packet, LongestPacket);
        }

        if (length <= 0)
        {
            throw new SpeexException("speex_bits_write", length);
        }

        PooledBuffer buffer = pool.Rent(length, BufferOwner.Frame);
        _packet.AsSpan(0, length).CopyTo(buffer.Span);
        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FreeBits();
        _encoder.Dispose();
        GC.SuppressFinalize(this);
    }

    private void FreeBits()
    {
        if (_bits is not null)
        {
            LibSpeex.speex_bits_destroy(_bits);
            NativeMemory.Free(_bits);
            _bits = null;
        }
    }

    private void Set(int request, int value) => Check(LibSpeex.speex_encoder_ctl(_encoder, request, &value));

    private int Get(int request)
    {
        int value;
        Check(LibSpeex.speex_encoder_ctl(_encoder, request, &value));
        return value;
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new SpeexException("speex_encoder_ctl", result);
        }
    }
}
