using System.Runtime.InteropServices;
using MediaGateway.Native.FFmpeg;
using Xunit;

namespace MediaGateway.Native.Tests.FFmpeg;

/// <summary>FFmpeg's AAC decoder: stereo at 48 kHz, one frame of 1024 samples per packet.</summary>
internal sealed unsafe partial class AacTestDecoder : IDisposable
{
    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvFrameHandle _frame = AvUtil.av_frame_alloc();
    private readonly AvPacketHandle _packet = AvCodec.av_packet_alloc();

    public AacTestDecoder(ReadOnlySpan<byte> configuration)
    {
        nint codec = avcodec_find_decoder_by_name("aac");
        Assert.NotEqual(0, codec);
        _context = AvCodec.avcodec_alloc_context3(codec);
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        byte* extra = av_mallocz((nuint)configuration.Length + 64);
        configuration.CopyTo(new Span<byte>(extra, configuration.Length));
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_AUDIO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = AvCodec.AV_CODEC_ID_AAC;
        *(byte**)(fields + FFmpegLayout.ParametersExtraData) = extra;
        *(int*)(fields + FFmpegLayout.ParametersExtraDataSize) = configuration.Length;
        Assert.Equal(0, AvCodec.avcodec_parameters_to_context(_context, parameters));
        Assert.Equal(0, AvCodec.avcodec_open2(_context, codec, 0));
    }

    /// <summary>Decodes one packet and appends its samples.</summary>
    public void Decode(ReadOnlySpan<byte> packet, List<float> left, List<float> right)
    {
        byte* fields = (byte*)_packet.DangerousGetHandle();
        Assert.Equal(0, av_new_packet(_packet, packet.Length));
        packet.CopyTo(new Span<byte>(*(byte**)(fields + FFmpegLayout.PacketData), packet.Length));
        Assert.Equal(0, avcodec_send_packet(_context, _packet));
        AvCodec.av_packet_unref(_packet);
        Assert.Equal(0, avcodec_receive_frame(_context, _frame));
        byte* frame = (byte*)_frame.DangerousGetHandle();
        Assert.Equal(AacEncoder.FrameSamples, *(int*)(frame + FFmpegLayout.FrameSampleCount));
        Assert.Equal(AvUtil.AV_SAMPLE_FMT_FLTP, *(int*)(frame + FFmpegLayout.FrameFormat));
        Assert.Equal(AacEncoder.SampleRate, *(int*)(frame + _layout.FrameSampleRate));
        float** planes = (float**)(frame + FFmpegLayout.FrameData);
        left.AddRange(new ReadOnlySpan<float>(planes[0], AacEncoder.FrameSamples));
        right.AddRange(new ReadOnlySpan<float>(planes[1], AacEncoder.FrameSamples));
    }

    public void Dispose()
    {
        _packet.Dispose();
        _frame.Dispose();
        _context.Dispose();
    }

    [LibraryImport(LibraryResolver.AvCodec, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint avcodec_find_decoder_by_name(string name);

    [LibraryImport(LibraryResolver.AvCodec)]
    private static partial int avcodec_send_packet(AvCodecContextHandle context, AvPacketHandle packet);

    [LibraryImport(LibraryResolver.AvCodec)]
    private static partial int avcodec_receive_frame(AvCodecContextHandle context, AvFrameHandle frame);

    [LibraryImport(LibraryResolver.AvCodec)]
    private static partial int av_new_packet(AvPacketHandle packet, int size);

    [LibraryImport(LibraryResolver.AvUtil)]
    private static partial byte* av_mallocz(nuint size);
}
