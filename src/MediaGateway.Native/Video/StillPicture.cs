using System.Globalization;
using MediaGateway.Media.Frames;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Video;

/// <summary>A single picture of a track as a file of its own. Immutable.</summary>
/// <param name="Data">The file.</param>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Height">Rows.</param>
public sealed unsafe record StillPicture(byte[] Data, int Width, int Height)
{
    /// <summary>
    /// The finest quantizer of JPEG: 4 of 2 to 31 is what looks like the source at a third of the size of 2.
    /// </summary>
    private const string FinestQuantizer = "4";

    /// <summary>Decodes a keyframe by FFmpeg and encodes it as a picture of its own; takes some 10 ms for 720p. Any thread.</summary>
    /// <param name="keyframe">The keyframe; the caller keeps its reference.</param>
    /// <param name="format">What comes out.</param>
    /// <param name="maximumWidth">Wider pictures are made smaller; 0: none is.</param>
    /// <exception cref="NotSupportedException">The installed FFmpeg has no decoder for the track, or no encoder for the format.</exception>
    /// <exception cref="FFmpegException">The keyframe is broken.</exception>
    public static StillPicture Make(MediaFrame keyframe, StillFormat format, int maximumWidth = 0)
    {
        ArgumentNullException.ThrowIfNull(keyframe);
        using var decoder = new VideoDecoder(keyframe.Format);
        using var picture = new DecodedPicture();
        if (!decoder.TrySend(keyframe.Payload, time: 0, isKeyframe: true))
        {
            throw new FFmpegException("the keyframe cannot be decoded");
        }

        decoder.Drain();
        if (!decoder.TryReceive(picture.Handle))
        {
            throw new FFmpegException("the keyframe holds no whole picture");
        }

        (int width, int height) = Fit(picture.Width, picture.Height, maximumWidth);
        int pixelFormat = format == StillFormat.Png ? AvUtil.AV_PIX_FMT_RGB24 : AvUtil.AV_PIX_FMT_YUVJ420P;
        using var scaler = new PictureScaler(picture, width, height, pixelFormat);
        return new StillPicture(Encode(scaler.Scale(picture), format), width, height);
    }

    private static (int Width, int Height) Fit(int width, int height, int maximumWidth)
    {
        if (maximumWidth <= 0 || width <= maximumWidth)
        {
            return (width, height);
        }

        return (maximumWidth, Math.Max(2, (int)((long)height * maximumWidth / width) & ~1));
    }

    private static byte[] Encode(DecodedPicture picture, StillFormat format)
    {
        string name = format == StillFormat.Png ? "png" : "mjpeg";
        nint codec = AvCodec.avcodec_find_encoder_by_name(name);
        if (codec == 0)
        {
            throw new NotSupportedException($"The installed FFmpeg has no encoder {name}.");
        }

        using AvCodecContextHandle context = AvCodec.avcodec_alloc_context3(codec);
        using AvPacketHandle packet = AvCodec.av_packet_alloc();
        Open(context, codec, picture, format);
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_send_frame(context, picture.Handle), "avcodec_send_frame");
        using var end = new AvFrameHandle();
        _ = AvCodec.avcodec_send_frame(context, end); // Whatever it answers, the one packet is there or is not.
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_receive_packet(context, packet), "avcodec_receive_packet");
        byte* fields = (byte*)packet.DangerousGetHandle();
        return new ReadOnlySpan<byte>(*(byte**)(fields + FFmpegLayout.PacketData), *(int*)(fields + FFmpegLayout.PacketSize)).ToArray();
    }

    private static void Open(AvCodecContextHandle context, nint codec, DecodedPicture picture, StillFormat format)
    {
        FFmpegLayout layout = FFmpegLayout.Current;
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_VIDEO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = *(int*)(codec + FFmpegLayout.CodecId);
        *(int*)(fields + layout.ParametersFormat) = picture.PixelFormat;
        *(int*)(fields + layout.ParametersWidth) = picture.Width;
        *(int*)(fields + layout.ParametersHeight) = picture.Height;
        FFmpegException.ThrowIfFailed(AvCodec.avcodec_parameters_to_context(context, parameters), "avcodec_parameters_to_context");
        SetOption(context, "time_base", "1/25"); // Asked for, and without meaning for one picture.
        SetOption(context, "threads", "1");
        if (format == StillFormat.Jpeg)
        {
            SetOption(context, "flags", "+qscale");
            SetOption(context, "qmin", FinestQuantizer);
        }

        FFmpegException.ThrowIfFailed(AvCodec.avcodec_open2(context, codec, 0), "avcodec_open2");
    }

    private static void SetOption(AvCodecContextHandle context, string name, string value) => FFmpegException.ThrowIfFailed(
        AvUtil.av_opt_set(context, name, value, AvUtil.AV_OPT_SEARCH_CHILDREN),
        string.Create(CultureInfo.InvariantCulture, $"av_opt_set({name}={value})"));
}
