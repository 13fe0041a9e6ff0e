using System.Runtime.InteropServices;
using MediaGateway.Media.Frames;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>
/// A decoder of FFmpeg for pictures: <see cref="TrySend"/> one, then <see cref="TryReceive"/> until there is nothing more. Pictures come out
/// in the order in which they are shown. One thread at a time; allocates no managed memory per picture.
/// </summary>
internal sealed unsafe class VideoDecoder : IDisposable
{
    /// <summary>The largest picture decoded, in pixels: DCI 4K. It bounds the memory that a hostile header can claim.</summary>
    public const int MaximumPixels = 4096 * 2304;

    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvPacketHandle _packet = AvCodec.av_packet_alloc();
    private bool _isDrained;

    /// <summary>Opens a decoder.</summary>
    /// <exception cref="NotSupportedException">The installed FFmpeg has none for the format.</exception>
    /// <exception cref="FFmpegException">The decoder refuses the format's configuration.</exception>
    public VideoDecoder(TrackFormat format)
    {
        AvUtil.av_log_set_level(AvUtil.AV_LOG_FATAL);
        nint codec = Find(format.Codec);
        if (codec == 0)
        {
            throw new NotSupportedException($"The installed FFmpeg has no decoder for {format.Codec} pictures.");
        }

        _context = AvCodec.avcodec_alloc_context3(codec);
        try
        {
            Open(codec, format);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether the installed FFmpeg can decode a codec.</summary>
    public static bool Exists(CodecId codec) => Find(codec) != 0;

    /// <summary>What the pictures decoded so far say of their colours and the shape of their pixels.</summary>
    public PictureAppearance Appearance
    {
        get
        {
            int* shape = stackalloc int[2];
            (shape[0], shape[1]) = (0, 1);
            _ = AvUtil.av_opt_get_q(_context, "aspect", 0, shape);
            return new PictureAppearance(
                Get("color_primaries"), Get("color_trc"), Get("colorspace"), Get("color_range"), shape[0], shape[1]);
        }
    }

    /// <summary>Gives a picture to the decoder. Everything must have been received of the one before.</summary>
    /// <param name="picture">The picture, copied.</param>
    /// <param name="time">Comes back as the time of the decoded picture.</param>
    /// <param name="isKeyframe">Whether decoding may start with it.</param>
    /// <returns>False when it is broken.</returns>
    public bool TrySend(ReadOnlySpan<byte> picture, long time, bool isKeyframe)
    {
        if (picture.IsEmpty)
        {
            return false;
        }

        // A packet of its own each time: some decoders keep a reference to its memory beyond the call.
        FFmpegException.ThrowIfFailed(AvCodec.av_new_packet(_packet, picture.Length), "av_new_packet");
        byte* fields = (byte*)_packet.DangerousGetHandle();
        picture.CopyTo(new Span<byte>(*(byte**)(fields + FFmpegLayout.PacketData), picture.Length));
        *(long*)(fields + FFmpegLayout.PacketPresentation) = time;
        *(int*)(fields + FFmpegLayout.PacketFlags) = isKeyframe ? AvCodec.AV_PKT_FLAG_KEY : 0;
        int result = AvCodec.avcodec_send_packet(_context, _packet);
        AvCodec.av_packet_unref(_packet);
        return result >= 0;
    }

    /// <summary>Says that no more pictures come: those held back for reordering come out. The decoder takes nothing afterwards.</summary>
    public void Drain()
    {
        if (!_isDrained)
        {
            _isDrained = true;
            AvCodec.av_packet_unref(_packet);
            _ = AvCodec.avcodec_send_packet(_context, _packet); // An empty packet begins the draining; an error leaves nothing to come.
        }
    }

    /// <summary>Takes the next decoded picture; false when there is none, or what is left of the input is broken.</summary>
    public bool TryReceive(AvFrameHandle picture) => AvCodec.avcodec_receive_frame(_context, picture) >= 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _packet.Dispose();
        _context.Dispose();
    }

    private static nint Find(CodecId codec) =>
        NamesOf(codec).Select(AvCodec.avcodec_find_decoder_by_name).FirstOrDefault(found => found != 0);

    /// <summary>Decoders in software, the best first. FFmpeg's own for AV1 works with hardware only.</summary>
    private static IReadOnlyList<string> NamesOf(CodecId codec) => codec switch
    {
        CodecId.H264 => ["h264"],
        CodecId.Vp8 => ["vp8", "libvpx"],
        CodecId.Vp9 => ["vp9", "libvpx-vp9"],
        CodecId.Av1 => ["libdav1d", "libaom-av1"],
        _ => [],
    };

    private void Open(nint codec, TrackFormat format)
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_VIDEO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = *(int*)(codec + FFmpegLayout.CodecId);
        if (format is H264Format h264)
        {
            *(int*)(fields + _layout.ParametersWidth) = h264.Width;
            *(int*)(fields + _layout.ParametersHeight) = h264.Height;
            SetConfiguration(fields, h264.ConfigurationRecord.Span);
        }

        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_to_context(_context, parameters), "avcodec_parameters_to_context");
        SetOption("threads", "1");
        SetOption("max_pixels", $"{MaximumPixels}");
        if (format.Codec != CodecId.H264)
        {
            // These have no pictures out of order; dav1d would hold some back for the sake of its threads.
            SetOption("flags", "+low_delay");
        }

        FFmpegException.ThrowIfFailed(
            AvCodec.avcodec_open2(_context, codec, 0), $"avcodec_open2({Marshal.PtrToStringUTF8(*(nint*)codec)})");
    }

    private static void SetConfiguration(byte* parameters, ReadOnlySpan<byte> configuration)
    {
        // Freed with the parameters.
        byte* extra = AvUtil.av_mallocz((nuint)(configuration.Length + AvCodec.AV_INPUT_BUFFER_PADDING_SIZE));
        configuration.CopyTo(new Span<byte>(extra, configuration.Length));
        *(byte**)(parameters + FFmpegLayout.ParametersExtraData) = extra;
        *(int*)(parameters + FFmpegLayout.ParametersExtraDataSize) = configuration.Length;
    }

    private long Get(string name)
    {
        long value = 0; // Unspecified for the range; the others have 2 for it, which the library gives itself.
        return AvUtil.av_opt_get_int(_context, name, 0, &value) >= 0 ? value : 0;
    }

    private void SetOption(string name, string value) =>
        FFmpegException.ThrowIfFailed(
            AvUtil.av_opt_set(_context, name, value, AvUtil.AV_OPT_SEARCH_CHILDREN), $"av_opt_set({name}={value})");
}
