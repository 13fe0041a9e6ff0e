using System.Diagnostics;
using System.Globalization;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.FFmpeg;

/// <summary>
/// FFmpeg's AAC-LC encoder at 48 kHz stereo. The first packet carries no input but 1024 samples of priming; a packet comes out one
/// frame after the one that fills it. One thread at a time; allocates no managed memory per frame.
/// </summary>
internal sealed unsafe class AacEncoder : IDisposable
{
    /// <summary>Samples per channel of one frame.</summary>
    public const int FrameSamples = 1024;

    /// <summary>Samples of priming: the decoder's output starts that much before the input.</summary>
    public const int PrimingSamples = 1024;

    /// <summary>Samples per second and channel.</summary>
    public const int SampleRate = 48_000;

    private const int Channels = 2;

    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvFrameHandle _frame;
    private readonly AvPacketHandle _packet;
    private long _samplesSent;

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="FFmpegException">The library refuses the options or is not as expected.</exception>
    public AacEncoder(AacEncoderOptions options)
    {
        AvUtil.av_log_set_level(AvUtil.AV_LOG_FATAL);
        nint codec = AvCodec.avcodec_find_encoder_by_name("aac");
        if (codec == 0)
        {
            throw new FFmpegException("The installed FFmpeg has no AAC encoder.");
        }

        _context = AvCodec.avcodec_alloc_context3(codec);
        _frame = AvUtil.av_frame_alloc();
        _packet = AvCodec.av_packet_alloc();
        try
        {
            Open(codec, options);
            AudioSpecificConfig = ReadConfiguration();
            PrepareFrame();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The two bytes that a decoder needs to know (ISO/IEC 14496-3 1.6.2.1).</summary>
    public byte[] AudioSpecificConfig { get; }

    /// <summary>Encodes one frame and hands out the packet that it completes.</summary>
    /// <param name="left">1024 samples.</param>
    /// <param name="right">1024 samples.</param>
    /// <param name="pool">Where the packet's memory comes from.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <returns>The packet, which the caller owns; null for the first frame.</returns>
    /// <exception cref="FFmpegException">The encoder has failed and must be made anew.</exception>
    public PooledBuffer? Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BufferPool pool, out int length)
    {
        Debug.Assert(left.Length == FrameSamples && right.Length == FrameSamples, "the encoder takes whole frames");
        length = 0;
        FFmpegException.ThrowIfFailed(AvUtil.av_frame_make_writable(_frame), "av_frame_make_writable");
        byte* frame = (byte*)_frame.DangerousGetHandle();
        float** planes = (float**)(frame + FFmpegLayout.FrameData);
        left.CopyTo(new Span<float>(planes[0], FrameSamples));
        right.CopyTo(new Span<float>(planes[1], FrameSamples));
        *(long*)(frame + FFmpegLayout.FramePresentation) = _samplesSent;
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_send_frame(_context, _frame), "avcodec_send_frame");
        _samplesSent += FrameSamples;

        int result = AvCodec.avcodec_receive_packet(_context, _packet);
        if (result == AvUtil.AVERROR_EAGAIN)
        {
            return null;
        }

        FFmpegException.ThrowIfFailed(result, "avcodec_receive_packet");
        PooledBuffer copy = CopyPacket(pool, out length);
        AvCodec.av_packet_unref(_packet);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packet.Dispose();
        _frame.Dispose();
        _context.Dispose();
    }

    private void Open(nint codec, AacEncoderOptions options)
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_AUDIO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = AvCodec.AV_CODEC_ID_AAC;
        *(int*)(fields + _layout.ParametersFormat) = AvUtil.AV_SAMPLE_FMT_FLTP;
        *(long*)(fields + _layout.ParametersBitRate) = options.BitRate;
        *(int*)(fields + _layout.ParametersSampleRate) = SampleRate;
        AvUtil.av_channel_layout_default((nint)(fields + _layout.ParametersChannelLayout), Channels);
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_to_context(_context, parameters), "avcodec_parameters_to_context");
        SetOption("flags", "+global_header");
        SetOption("time_base", string.Create(CultureInfo.InvariantCulture, $"1/{SampleRate}"));
        SetOption("aac_coder", options.Coder);
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_open2(_context, codec, 0), "avcodec_open2");
    }

    private void SetOption(string name, string value) =>
        FFmpegException.ThrowIfFailed(
            AvUtil.av_opt_set(_context, name, value, AvUtil.AV_OPT_SEARCH_CHILDREN), $"av_opt_set({name}={value})");

    /// <summary>
    /// FFmpeg writes five bytes: the three after the first two say that there is no spectral band replication, which the absence of
    /// the extension says as well; some players stumble over them.
    /// </summary>
    private byte[] ReadConfiguration()
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_from_context(parameters, _context), "avcodec_parameters_from_context");
        byte* fields = (byte*)parameters.DangerousGetHandle();
        int frameSize = *(int*)(fields + _layout.ParametersFrameSize);
        int padding = *(int*)(fields + _layout.ParametersInitialPadding);
        int bytes = *(int*)(fields + FFmpegLayout.ParametersExtraDataSize);
        byte* extra = *(byte**)(fields + FFmpegLayout.ParametersExtraData);
        bool isExpected = frameSize == FrameSamples && padding == PrimingSamples && bytes is >= 2 and < 64 && extra != null;
        if (!isExpected || !Media.Aac.AudioSpecificConfig.TryRead(new ReadOnlySpan<byte>(extra, bytes), out Media.Aac.AudioSpecificConfig config)
            || config != new Media.Aac.AudioSpecificConfig(Media.Aac.AudioSpecificConfig.LowComplexity, SampleRate, Channels))
        {
            throw new FFmpegException(
                $"The AAC encoder is not as expected: frames of {frameSize} samples, {padding} of priming, {bytes} bytes of configuration. "
                + $"The installed FFmpeg does not fit the table for {_layout.Release}.");
        }

        return new ReadOnlySpan<byte>(extra, Media.Aac.AudioSpecificConfig.Length).ToArray();
    }

    private void PrepareFrame()
    {
        byte* frame = (byte*)_frame.DangerousGetHandle();
        *(int*)(frame + FFmpegLayout.FrameSampleCount) = FrameSamples;
        *(int*)(frame + FFmpegLayout.FrameFormat) = AvUtil.AV_SAMPLE_FMT_FLTP;
        *(int*)(frame + _layout.FrameSampleRate) = SampleRate;
        AvUtil.av_channel_layout_default((nint)(frame + _layout.FrameChannelLayout), Channels);
        FFmpegException.ThrowIfFailed(AvUtil.av_frame_get_buffer(_frame, 0), "av_frame_get_buffer");
    }

    private PooledBuffer CopyPacket(BufferPool pool, out int length)
    {
        byte* packet = (byte*)_packet.DangerousGetHandle();
        length = *(int*)(packet + FFmpegLayout.PacketSize);
        PooledBuffer buffer = pool.Rent(length, BufferOwner.Frame);
        new ReadOnlySpan<byte>(*(byte**)(packet + FFmpegLayout.PacketData), length).CopyTo(buffer.Span);
        return buffer;
    }
}
