using System.Runtime.InteropServices;
using Xunit;

namespace MediaGateway.Native.Tests.Opus;

/// <summary>libopus as a browser uses it: voice, 48 kHz, in-band FEC and DTX when asked for.</summary>
internal sealed unsafe partial class OpusTestEncoder : IDisposable
{
    /// <summary>Samples by which libopus delays sound at 48 kHz in its usual mode.</summary>
    public const int Lookahead = 312;

    private const int SetBitrate = 4002;
    private const int SetInbandFec = 4012;
    private const int SetPacketLossPercent = 4014;
    private const int SetDtx = 4016;
    private const int GetLookahead = 4027;
    private const int Voip = 2048;

    private readonly nint _encoder;
    private readonly int _channels;

    public OpusTestEncoder(int channels = 2, int bitrate = 64_000, bool fec = false, bool dtx = false, int application = Voip)
    {
        int error;
        _encoder = opus_encoder_create(48_000, channels, application, &error);
        Assert.Equal(0, error);
        _channels = channels;
        Assert.Equal(0, opus_encoder_ctl(_encoder, SetBitrate, bitrate));
        Assert.Equal(0, opus_encoder_ctl(_encoder, SetInbandFec, fec ? 1 : 0));
        Assert.Equal(0, opus_encoder_ctl(_encoder, SetPacketLossPercent, fec ? 20 : 0));
        Assert.Equal(0, opus_encoder_ctl(_encoder, SetDtx, dtx ? 1 : 0));
        int lookahead;
        Assert.Equal(0, opus_encoder_ctl_get(_encoder, GetLookahead, &lookahead));
        Assert.Equal(Lookahead, lookahead);
    }

    /// <summary>Encodes one packet of interleaved samples.</summary>
    public byte[] Encode(ReadOnlySpan<float> interleaved)
    {
        byte[] packet = new byte[4000];
        fixed (float* pcm = interleaved)
        fixed (byte* data = packet)
        {
            int length = opus_encode_float(_encoder, pcm, interleaved.Length / _channels, data, packet.Length);
            Assert.InRange(length, 1, packet.Length);
            return packet[..length];
        }
    }

    public void Dispose() => opus_encoder_destroy(_encoder);

    [LibraryImport(LibraryResolver.Opus)]
    private static partial nint opus_encoder_create(int fs, int channels, int application, int* error);

    // Variadic in C; on x86-64 and arm64 Linux an integer or pointer argument is passed alike.
    [LibraryImport(LibraryResolver.Opus)]
    private static partial int opus_encoder_ctl(nint st, int request, int value);

    [LibraryImport(LibraryResolver.Opus, EntryPoint = "opus_encoder_ctl")]
    private static partial int opus_encoder_ctl_get(nint st, int request, int* value);

    [LibraryImport(LibraryResolver.Opus)]
    private static partial int opus_encode_float(nint st, float* pcm, int frame_size, byte* data, int max_data_bytes);

    [LibraryImport(LibraryResolver.Opus)]
    private static partial void opus_encoder_destroy(nint st);
}
