using System.Runtime.InteropServices;

namespace MediaGateway.Native.FFmpeg;

/// <summary>
/// A decoder of FFmpeg: <see cref="Send"/> a packet, then <see cref="TryReceive"/> until there is nothing more. One thread at a time;
/// allocates no managed memory per packet.
/// </summary>
internal sealed unsafe class AudioDecoder : IDisposable
{
    /// <summary>The longest packet, in bytes.</summary>
    public const int LongestPacket = 65_536;

    /// <summary>More samples in one frame than this no codec makes.</summary>
    private const int MostSamples = 65_536;

    private const int MostChannels = 8;

    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvFrameHandle _frame = AvUtil.av_frame_alloc();
    private readonly AvPacketHandle _packet = AvCodec.av_packet_alloc();

    /// <summary>Opens a decoder.</summary>
    /// <exception cref="NotSupportedException">The installed FFmpeg was built without it.</exception>
    /// <exception cref="FFmpegException">The decoder refuses the configuration.</exception>
    public AudioDecoder(AudioDecoderSettings settings)
    {
        AvUtil.av_log_set_level(AvUtil.AV_LOG_FATAL);
        nint codec = settings.Names.Select(AvCodec.avcodec_find_decoder_by_name).FirstOrDefault(found => found != 0);
        if (codec == 0)
        {
            throw new NotSupportedException($"The installed FFmpeg has no decoder named {string.Join(" or ", settings.Names)}.");
        }

        _context = AvCodec.avcodec_alloc_context3(codec);
        try
        {
            Open(codec, settings);
            FFmpegException.ThrowIfFailed(AvCodec.av_new_packet(_packet, LongestPacket), "av_new_packet");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Samples per channel of the frame received last.</summary>
    public int Samples { get; private set; }

    /// <summary>Channels of it, 1 to 8, in FFmpeg's order.</summary>
    public int Channels { get; private set; }

    /// <summary>Samples per second of it.</summary>
    public int SampleRate { get; private set; }

    /// <summary>Whether its samples and channels are within what any codec makes.</summary>
    public bool IsUsable => Samples is > 0 and <= MostSamples && Channels is > 0 and <= MostChannels;

    /// <summary>Gives a packet to the decoder. Everything must have been received of the one before.</summary>
    /// <returns>False when it is broken, or too long.</returns>
    public bool Send(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty || packet.Length > LongestPacket)
        {
            return false;
        }

        // The decoder is done with a packet when it has given its frames: the memory serves for the next.
        byte* fields = (byte*)_packet.DangerousGetHandle();
        byte* data = *(byte**)(fields + FFmpegLayout.PacketData);
        packet.CopyTo(new Span<byte>(data, packet.Length));
        new Span<byte>(data + packet.Length, AvCodec.AV_INPUT_BUFFER_PADDING_SIZE).Clear();
        *(int*)(fields + FFmpegLayout.PacketSize) = packet.Length;
        return AvCodec.avcodec_send_packet(_context, _packet) >= 0;
    }

    /// <summary>Takes the next frame of the packet; false when there is none, or what is left of the packet is broken.</summary>
    public bool TryReceive()
    {
        if (AvCodec.avcodec_receive_frame(_context, _frame) < 0)
        {
            return false;
        }

        byte* frame = (byte*)_frame.DangerousGetHandle();
        Samples = *(int*)(frame + FFmpegLayout.FrameSampleCount);
        Channels = *(int*)(frame + _layout.FrameChannelLayout + FFmpegLayout.ChannelLayoutCount);
        SampleRate = *(int*)(frame + _layout.FrameSampleRate);
        return true;
    }

    /// <summary>Adds one channel of the frame, times a factor, to samples.</summary>
    /// <returns>False when the samples have a form that we do not know.</returns>
    public bool TryAdd(int channel, float gain, Span<float> destination)
    {
        byte* frame = (byte*)_frame.DangerousGetHandle();
        byte** planes = *(byte***)(frame + FFmpegLayout.FrameExtendedData);
        switch (*(int*)(frame + FFmpegLayout.FrameFormat))
        {
            case AvUtil.AV_SAMPLE_FMT_FLTP:
                Add(new ReadOnlySpan<float>(planes[channel], Samples), 0, 1, gain, destination);
                return true;
            case AvUtil.AV_SAMPLE_FMT_FLT:
                Add(new ReadOnlySpan<float>(planes[0], Samples * Channels), channel, Channels, gain, destination);
                return true;
            case AvUtil.AV_SAMPLE_FMT_S16P:
                Add(new ReadOnlySpan<short>(planes[channel], Samples), 0, 1, gain, destination);
                return true;
            case AvUtil.AV_SAMPLE_FMT_S16:
                Add(new ReadOnlySpan<short>(planes[0], Samples * Channels), channel, Channels, gain, destination);
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packet.Dispose();
        _frame.Dispose();
        _context.Dispose();
    }

    private static void Add(ReadOnlySpan<float> source, int first, int step, float gain, Span<float> destination)
    {
        for (int index = 0, from = first; from < source.Length; index++, from += step)
        {
            destination[index] += gain * source[from];
        }
    }

    private static void Add(ReadOnlySpan<short> source, int first, int step, float gain, Span<float> destination)
    {
        float scaled = gain / 32_768;
        for (int index = 0, from = first; from < source.Length; index++, from += step)
        {
            destination[index] += scaled * source[from];
        }
    }

    private void Open(nint codec, AudioDecoderSettings settings)
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_AUDIO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = settings.CodecId;
        *(int*)(fields + _layout.ParametersSampleRate) = settings.SampleRate;
        AvUtil.av_channel_layout_default((nint)(fields + _layout.ParametersChannelLayout), settings.Channels);
        ReadOnlySpan<byte> configuration = settings.Configuration.Span;
        if (!configuration.IsEmpty)
        {
            // Freed with the parameters.
            byte* extra = AvUtil.av_mallocz((nuint)(configuration.Length + AvCodec.AV_INPUT_BUFFER_PADDING_SIZE));
            configuration.CopyTo(new Span<byte>(extra, configuration.Length));
            *(byte**)(fields + FFmpegLayout.ParametersExtraData) = extra;
            *(int*)(fields + FFmpegLayout.ParametersExtraDataSize) = configuration.Length;
        }

        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_to_context(_context, parameters), "avcodec_parameters_to_context");
        FFmpegException.ThrowIfFailed(
            AvCodec.avcodec_open2(_context, codec, 0), $"avcodec_open2({Marshal.PtrToStringUTF8(*(nint*)codec)})");
    }
}
