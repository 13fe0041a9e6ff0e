using System.Globalization;
using System.Runtime.InteropServices;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>
/// FFmpeg's H.264 encoder set up for live pictures: x264, or OpenH264 where there is no x264. Without B-frames, each picture out before the
/// next goes in, keyframes when asked only. One thread at a time, and one thread of the machine; allocates no
/// managed memory per picture.
/// </summary>
internal sealed unsafe class H264Encoder : IDisposable
{
    /// <summary>Ticks per second of the times of pictures.</summary>
    public const int ClockRate = 90_000;

    private const string X264 = "libx264";
    private const string OpenH264 = "libopenh264";

    /// <summary>A macroblock: smaller pictures no camera makes.</summary>
    private const int SmallestSide = 16;

    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvPacketHandle _packet = AvCodec.av_packet_alloc();
    private readonly VideoEncodingOptions _options;
    private readonly bool _isX264;

    /// <summary>Opens an encoder.</summary>
    /// <param name="width">Pixels of a row; even.</param>
    /// <param name="height">Rows; even.</param>
    /// <param name="pixelFormat">One of the 4:2:0 formats with 8 bits.</param>
    /// <param name="options">Rate and effort.</param>
    /// <param name="appearance">What players are told of the colours and the shape of the pixels; null: nothing.</param>
    /// <exception cref="NotSupportedException">The installed FFmpeg has no encoder for H.264.</exception>
    /// <exception cref="FFmpegException">The library refuses the options.</exception>
    public H264Encoder(int width, int height, int pixelFormat, VideoEncodingOptions options, PictureAppearance? appearance = null)
    {
        (Width, Height, PixelFormat, _options) = (width, height, pixelFormat, options);
        AvUtil.av_log_set_level(AvUtil.AV_LOG_FATAL);
        string name = InstalledName ?? throw new NotSupportedException("The installed FFmpeg has no encoder for H.264.");
        nint codec = AvCodec.avcodec_find_encoder_by_name(name);
        _isX264 = name == X264;
        _context = AvCodec.avcodec_alloc_context3(codec);
        try
        {
            if (appearance is { } look)
            {
                SetAppearance(look);
            }

            Open(codec, options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name of the encoder that FFmpeg was built with; null for none.</summary>
    public static string? InstalledName =>
        Array.Find([X264, OpenH264], name => AvCodec.avcodec_find_encoder_by_name(name) != 0);

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <summary>Rows of pixels.</summary>
    public int Height { get; }

    /// <summary>How the pixels are stored.</summary>
    public int PixelFormat { get; }

    /// <summary>The picture received last, in annex B framing, a keyframe with its parameter sets. Valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Encoded
    {
        get
        {
            byte* packet = (byte*)_packet.DangerousGetHandle();
            return new ReadOnlySpan<byte>(*(byte**)(packet + FFmpegLayout.PacketData), *(int*)(packet + FFmpegLayout.PacketSize));
        }
    }

    /// <summary>Its presentation time.</summary>
    public long Presentation => *(long*)((byte*)_packet.DangerousGetHandle() + FFmpegLayout.PacketPresentation);

    /// <summary>Its decoding time.</summary>
    public long Decoding => *(long*)((byte*)_packet.DangerousGetHandle() + FFmpegLayout.PacketDecoding);

    /// <summary>Whether it is an IDR picture.</summary>
    public bool IsKeyframe =>
        (*(int*)((byte*)_packet.DangerousGetHandle() + FFmpegLayout.PacketFlags) & AvCodec.AV_PKT_FLAG_KEY) != 0;

    /// <summary>Refuses pictures that no encoder takes.</summary>
    /// <exception cref="NotSupportedException">They are too small.</exception>
    public static void ThrowIfTooSmall(int width, int height)
    {
        if (width < SmallestSide || height < SmallestSide)
        {
            throw new NotSupportedException($"The pictures are smaller than {SmallestSide} pixels.");
        }
    }

    /// <summary>
    /// Says how many pictures a second really come: x264 without latency counts pictures, not time, so that its rate is told for those.
    /// OpenH264 goes by the pictures' times.
    /// </summary>
    public void SetPictureRate(double picturesPerSecond)
    {
        if (_isX264 && _options.BitRate > 0)
        {
            SetRate((long)(_options.BitRate * _options.PictureRate / picturesPerSecond));
        }
    }

    /// <summary>Gives a picture of this size and format to the encoder; times must grow.</summary>
    /// <exception cref="FFmpegException">The encoder has failed and must be made anew.</exception>
    public void Send(DecodedPicture picture) =>
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_send_frame(_context, picture.Handle), "avcodec_send_frame");

    /// <summary>Takes the next encoded picture, see <see cref="Encoded"/>; false when there is none.</summary>
    public bool TryReceive()
    {
        int result = AvCodec.avcodec_receive_packet(_context, _packet);
        if (result is AvUtil.AVERROR_EAGAIN or AvUtil.AVERROR_EOF)
        {
            return false;
        }

        FFmpegException.ThrowIfFailed(result, "avcodec_receive_packet");
        return true;
    }

    /// <summary>Lets the encoded picture go.</summary>
    public void Release() => AvCodec.av_packet_unref(_packet);

    /// <inheritdoc/>
    public void Dispose()
    {
        _packet.Dispose();
        _context.Dispose();
    }

    private void SetAppearance(PictureAppearance look)
    {
        // What an encoder does not know it does not say; that is no reason to have no pictures.
        _ = AvUtil.av_opt_set_int(_context, "color_primaries", look.Primaries, 0);
        _ = AvUtil.av_opt_set_int(_context, "color_trc", look.Transfer, 0);
        _ = AvUtil.av_opt_set_int(_context, "colorspace", look.Space, 0);
        _ = AvUtil.av_opt_set_int(_context, "color_range", look.Range, 0);
        if (look is { PixelWidth: > 0, PixelHeight: > 0 })
        {
            _ = AvUtil.av_opt_set(_context, "aspect", string.Create(CultureInfo.InvariantCulture, $"{look.PixelWidth}/{look.PixelHeight}"), 0);
        }
    }

    private void Open(nint codec, VideoEncodingOptions options)
    {
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_VIDEO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = *(int*)(codec + FFmpegLayout.CodecId);
        *(int*)(fields + _layout.ParametersFormat) = PixelFormat;
        *(int*)(fields + _layout.ParametersWidth) = Width;
        *(int*)(fields + _layout.ParametersHeight) = Height;
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_to_context(_context, parameters), "avcodec_parameters_to_context");
        SetOption("time_base", $"1/{ClockRate}");
        SetOption("threads", "1");
        SetOption("bf", "0");
        SetOption("g", "3000"); // Keyframes come when asked for: this only ends a stream that nobody asks anything of.
        bool isConstantQuality = _isX264 && options.BitRate == 0;
        SetRate(options.BitRate > 0 ? options.BitRate : options.RateFor(Width, Height), isConstantQuality);
        if (_isX264)
        {
            SetOption("preset", options.Preset);
            SetOption("tune", "zerolatency");
            SetOption("profile", options.Profile);
            if (isConstantQuality)
            {
                SetOption("crf", "23");
            }

            SetOption("forced-idr", "1");
            SetOption("sc_threshold", "0");
            SetOption("x264-params", $"fps={(int)Math.Round(options.PictureRate * 1000)}/1000");
        }
        else
        {
            SetOption("profile", options.Profile == "baseline" ? "constrained_baseline" : options.Profile);
        }

        FFmpegException.ThrowIfFailed(
            AvCodec.avcodec_open2(_context, codec, 0), $"avcodec_open2({Marshal.PtrToStringUTF8(*(nint*)codec)})");
    }

    private void SetRate(long rate, bool isLimitOnly = false)
    {
        if (!isLimitOnly)
        {
            SetOption("b", $"{rate}");
        }

        SetOption("maxrate", $"{rate}");
        SetOption("bufsize", $"{rate}");
    }

    private void SetOption(string name, FormattableString value)
    {
        string text = value.ToString(CultureInfo.InvariantCulture);
        FFmpegException.ThrowIfFailed(
            AvUtil.av_opt_set(_context, name, text, AvUtil.AV_OPT_SEARCH_CHILDREN), $"av_opt_set({name}={text})");
    }

    private void SetOption(string name, string value) => SetOption(name, (FormattableString)$"{value}");
}
