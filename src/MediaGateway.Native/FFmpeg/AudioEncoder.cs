using System.Globalization;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.FFmpeg;

/// <summary>
/// An encoder of FFmpeg that takes frames of a fixed length: fill <see cref="Plane{T}"/>, <see cref="Send"/>, <see cref="TryReceive"/>.
/// One thread at a time; allocates no managed memory per frame.
/// </summary>
internal sealed unsafe class AudioEncoder : IDisposable
{
    private const int LongestConfiguration = 256;

    private readonly AudioEncoderSettings _settings;
    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvFrameHandle _frame;
    private readonly AvPacketHandle _packet;
    private long _samplesSent;

    /// <summary>Opens an encoder.</summary>
    /// <exception cref="NotSupportedException">The installed FFmpeg was built without it.</exception>
    /// <exception cref="FFmpegException">The library refuses the options or is not as expected.</exception>
    public AudioEncoder(AudioEncoderSettings settings)
    {
        _settings = settings;
        AvUtil.av_log_set_level(AvUtil.AV_LOG_FATAL);
        nint codec = AvCodec.avcodec_find_encoder_by_name(settings.Name);
        if (codec == 0)
        {
            throw new NotSupportedException($"The installed FFmpeg has no encoder named {settings.Name}.");
        }

        _context = AvCodec.avcodec_alloc_context3(codec);
        _frame = AvUtil.av_frame_alloc();
        _packet = AvCodec.av_packet_alloc();
        try
        {
            Open(codec);
            ReadBack();
            PrepareFrame();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Samples per channel of one frame.</summary>
    public int FrameSamples { get; private set; }

    /// <summary>Samples that the decoder gives before the first that was put in.</summary>
    public int PrimingSamples { get; private set; }

    /// <summary>What a decoder needs to know beforehand; empty for most codecs.</summary>
    public byte[] Configuration { get; private set; } = [];

    /// <summary>Whether the installed FFmpeg has an encoder of that name.</summary>
    public static bool Exists(string name) => AvCodec.avcodec_find_encoder_by_name(name) != 0;

    /// <summary>Makes the frame writable. Before its planes are filled.</summary>
    public void Prepare() => FFmpegException.ThrowIfFailed(AvUtil.av_frame_make_writable(_frame), "av_frame_make_writable");

    /// <summary>One plane of the frame: a channel when the format is planar, else the only one, its channels interleaved.</summary>
    public Span<T> Plane<T>(int index)
        where T : unmanaged
    {
        bool isPlanar = _settings.SampleFormat is AvUtil.AV_SAMPLE_FMT_FLTP or AvUtil.AV_SAMPLE_FMT_S16P;
        byte** planes = (byte**)((byte*)_frame.DangerousGetHandle() + FFmpegLayout.FrameData);
        return new Span<T>(planes[index], isPlanar ? FrameSamples : FrameSamples * _settings.Channels);
    }

    /// <summary>Gives the frame to the encoder.</summary>
    /// <exception cref="FFmpegException">The encoder has failed and must be made anew.</exception>
    public void Send()
    {
        *(long*)((byte*)_frame.DangerousGetHandle() + FFmpegLayout.FramePresentation) = _samplesSent;
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_send_frame(_context, _frame), "avcodec_send_frame");
        _samplesSent += FrameSamples;
    }

    /// <summary>Takes a finished packet.</summary>
    /// <param name="pool">Where its memory comes from.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <returns>The packet, which the caller owns; null when there is none yet.</returns>
    /// <exception cref="FFmpegException">The encoder has failed and must be made anew.</exception>
    public PooledBuffer? TryReceive(BufferPool pool, out int length)
    {
        length = 0;
        int result = AvCodec.avcodec_receive_packet(_context, _packet);
        if (result == AvUtil.AVERROR_EAGAIN)
        {
            return null;
        }

        FFmpegException.ThrowIfFailed(result, "avcodec_receive_packet");
        byte* packet = (byte*)_packet.DangerousGetHandle();
        length = *(int*)(packet + FFmpegLayout.PacketSize);
        PooledBuffer buffer = pool.Rent(length, BufferOwner.Frame);
        new ReadOnlySpan<byte>(*(byte**)(packet + FFmpegLayout.PacketData), length).CopyTo(buffer.Span);
        AvCodec.av_packet_unref(_packet);
        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packet.Dispose();
        _frame.Dispose();
        _context.Dispose();
    }

    private void Open(nint codec)
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_AUDIO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = _settings.CodecId;
        *(int*)(fields + _layout.ParametersFormat) = _settings.SampleFormat;
        *(long*)(fields + _layout.ParametersBitRate) = _settings.BitRate;
        *(int*)(fields + _layout.ParametersSampleRate) = _settings.SampleRate;
        AvUtil.av_channel_layout_default((nint)(fields + _layout.ParametersChannelLayout), _settings.Channels);
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_to_context(_context, parameters), "avcodec_parameters_to_context");
        SetOption("time_base", string.Create(CultureInfo.InvariantCulture, $"1/{_settings.SampleRate}"));
        foreach ((string name, string value) in _settings.Options)
        {
            SetOption(name, value);
        }

        FFmpegException.ThrowIfFailed(AvCodec.avcodec_open2(_context, codec, 0), "avcodec_open2");
    }

    private void SetOption(string name, string value) =>
        FFmpegException.ThrowIfFailed(
            AvUtil.av_opt_set(_context, name, value, AvUtil.AV_OPT_SEARCH_CHILDREN), $"av_opt_set({name}={value})");

    private void ReadBack()
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_from_context(parameters, _context), "avcodec_parameters_from_context");
        byte* fields = (byte*)parameters.DangerousGetHandle();
        int frameSize = *(int*)(fields + _layout.ParametersFrameSize);
        int padding = *(int*)(fields + _layout.ParametersInitialPadding);
        int bytes = *(int*)(fields + FFmpegLayout.ParametersExtraDataSize);
        byte* extra = *(byte**)(fields + FFmpegLayout.ParametersExtraData);
        bool isConfigured = bytes is >= 0 and < LongestConfiguration && (bytes == 0 || extra != null);
        if (!isConfigured || frameSize is <= 0 or > 8192 || padding < 0 || padding > _settings.SampleRate)
        {
            throw new FFmpegException(
                $"The encoder {_settings.Name} is not as expected: frames of {frameSize} samples, {padding} of priming, {bytes} bytes of "
                + $"configuration. The installed FFmpeg does not fit the table for {_layout.Release}.");
        }

        FrameSamples = frameSize;
        PrimingSamples = padding;
        Configuration = new ReadOnlySpan<byte>(extra, bytes).ToArray();
    }

    private void PrepareFrame()
    {
        byte* frame = (byte*)_frame.DangerousGetHandle();
        *(int*)(frame + FFmpegLayout.FrameSampleCount) = FrameSamples;
        *(int*)(frame + FFmpegLayout.FrameFormat) = _settings.SampleFormat;
        *(int*)(frame + _layout.FrameSampleRate) = _settings.SampleRate;
        AvUtil.av_channel_layout_default((nint)(frame + _layout.FrameChannelLayout), _settings.Channels);
        FFmpegException.ThrowIfFailed(AvUtil.av_frame_get_buffer(_frame, 0), "av_frame_get_buffer");
    }
}
