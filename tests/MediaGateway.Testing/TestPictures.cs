using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;
using Xunit;

namespace MediaGateway.Testing;

/// <summary>
/// Pictures of a bar that moves over a gradient, encoded by an encoder of FFmpeg: what a publisher sends, in decoding order, with the
/// times that it would have. The picture's number can be read from its brightness.
/// </summary>
public sealed unsafe class TestPictures : IDisposable
{
    private const int FrameLineSize = 64;

    private readonly FFmpegLayout _layout = FFmpegLayout.Current;
    private readonly AvCodecContextHandle _context;
    private readonly AvFrameHandle _frame = AvUtil.av_frame_alloc();
    private readonly AvPacketHandle _packet = AvCodec.av_packet_alloc();
    private readonly ParameterSetStore _sets = new();
    private readonly int _width;
    private readonly int _height;
    private readonly CodecId _codec;

    private TestPictures(CodecId codec, string encoder, int width, int height, params (string Name, string Value)[] options)
    {
        (_codec, _width, _height) = (codec, width, height);
        AvUtil.av_log_set_level(AvUtil.AV_LOG_FATAL);
        nint found = AvCodec.avcodec_find_encoder_by_name(encoder);
        Assert.NotEqual(0, found);
        _context = AvCodec.avcodec_alloc_context3(found);
        using AvCodecParametersHandle parameters = AvCodec.avcodec_parameters_alloc();
        byte* fields = (byte*)parameters.DangerousGetHandle();
        *(int*)(fields + FFmpegLayout.ParametersCodecType) = AvCodec.AVMEDIA_TYPE_VIDEO;
        *(int*)(fields + FFmpegLayout.ParametersCodecId) = *(int*)(found + FFmpegLayout.CodecId);
        *(int*)(fields + _layout.ParametersFormat) = AvUtil.AV_PIX_FMT_YUV420P;
        *(int*)(fields + _layout.ParametersWidth) = width;
        *(int*)(fields + _layout.ParametersHeight) = height;
        Assert.Equal(0, AvCodec.avcodec_parameters_to_context(_context, parameters));
        foreach ((string name, string value) in (ReadOnlySpan<(string, string)>)[("time_base", "1/30"), ("threads", "1"), .. options])
        {
            Assert.Equal(0, AvUtil.av_opt_set(_context, name, value, AvUtil.AV_OPT_SEARCH_CHILDREN));
        }

        Assert.Equal(0, AvCodec.avcodec_open2(_context, found, 0));
        byte* frame = (byte*)_frame.DangerousGetHandle();
        *(int*)(frame + FFmpegLayout.FrameWidth) = width;
        *(int*)(frame + FFmpegLayout.FrameHeight) = height;
        *(int*)(frame + FFmpegLayout.FrameFormat) = AvUtil.AV_PIX_FMT_YUV420P;
        Assert.Equal(0, AvUtil.av_frame_get_buffer(_frame, 0));
    }

    /// <summary>H.264 with or without B-frames.</summary>
    public static TestPictures H264(int width = 320, int height = 180, int bFrames = 2, int gop = 30) => new(
        CodecId.H264, "libx264", width, height, ("preset", "ultrafast"), ("bf", $"{bFrames}"), ("g", $"{gop}"), ("sc_threshold", "0"), ("x264-params", "b-adapt=0"));

    /// <summary>The codecs of browsers.</summary>
    public static TestPictures Of(CodecId codec, int width = 320, int height = 180) => codec switch
    {
        CodecId.Vp8 => new(codec, "libvpx", width, height, ("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("b", "300000"), ("g", "30")),
        CodecId.Vp9 => new(codec, "libvpx-vp9", width, height, ("deadline", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("b", "300000"), ("g", "30")),
        CodecId.Av1 => new(codec, "libaom-av1", width, height, ("usage", "realtime"), ("cpu-used", "8"), ("lag-in-frames", "0"), ("b", "300000"), ("g", "30")),
        _ => H264(width, height),
    };

    /// <summary>Encodes pictures and hands them over as frames, one reference each, in decoding order.</summary>
    /// <param name="count">How many.</param>
    /// <param name="pool">Where their memory comes from.</param>
    /// <param name="first">The number of the first: picture n is shown at n/30 s.</param>
    public IReadOnlyList<MediaFrame> Encode(int count, BufferPool pool, int first = 0)
    {
        List<MediaFrame> frames = [];
        byte* frame = (byte*)_frame.DangerousGetHandle();
        for (int number = first; number < first + count; number++)
        {
            Assert.Equal(0, AvUtil.av_frame_make_writable(_frame));
            Draw(number);
            *(long*)(frame + FFmpegLayout.FramePresentation) = number;
            Assert.Equal(0, AvCodec.avcodec_send_frame(_context, _frame));
            Take(frames, pool);
        }

        using var none = new AvFrameHandle();
        AvCodec.avcodec_send_frame(_context, none);
        Take(frames, pool);
        return frames;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packet.Dispose();
        _frame.Dispose();
        _context.Dispose();
    }

    private void Draw(int number)
    {
        byte* frame = (byte*)_frame.DangerousGetHandle();
        for (int plane = 0; plane < 3; plane++)
        {
            byte* pixels = ((byte**)frame)[plane];
            int stride = ((int*)(frame + FrameLineSize))[plane];
            int width = plane == 0 ? _width : (_width + 1) / 2;
            int height = plane == 0 ? _height : (_height + 1) / 2;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    bool isBar = plane == 0 && x >= number * 4 % width && x < (number * 4 % width) + 16;
                    pixels[(y * stride) + x] = (byte)(plane > 0 ? 128 : isBar ? 235 : 40 + ((x + y) * 120 / (width + height)));
                }
            }
        }
    }

    private void Take(List<MediaFrame> frames, BufferPool pool)
    {
        byte* packet = (byte*)_packet.DangerousGetHandle();
        while (AvCodec.avcodec_receive_packet(_context, _packet) == 0)
        {
            var payload = new ReadOnlySpan<byte>(*(byte**)(packet + FFmpegLayout.PacketData), *(int*)(packet + FFmpegLayout.PacketSize));
            long presentation = *(long*)(packet + FFmpegLayout.PacketPresentation) * 3000;
            long decoding = *(long*)(packet + FFmpegLayout.PacketDecoding) * 3000;
            bool isKeyframe = (*(int*)(packet + FFmpegLayout.PacketFlags) & AvCodec.AV_PKT_FLAG_KEY) != 0;
            byte[] bytes = _codec == CodecId.H264 ? ToAvcc(payload) : payload.ToArray();
            TrackFormat format = _codec == CodecId.H264 ? _sets.FormatFor(0)! : new PlainVideoFormat(_codec);
            PooledBuffer buffer = pool.Rent(bytes.Length, BufferOwner.Frame);
            bytes.CopyTo(buffer.Span);
            frames.Add(new MediaFrame(
                format, new MediaTime(presentation, 90_000), new MediaTime(decoding, 90_000), isKeyframe, buffer, 0, bytes.Length, TimeSpan.FromMilliseconds(frames.Count)));
            AvCodec.av_packet_unref(_packet);
        }
    }

    private byte[] ToAvcc(ReadOnlySpan<byte> annexB)
    {
        byte[] result = new byte[annexB.Length * 2];
        int length = 0;
        foreach (ReadOnlySpan<byte> unit in new AnnexB(annexB))
        {
            _sets.TryStore(unit);
            length += Avcc.Write(unit, result.AsSpan(length));
        }

        return result[..length];
    }
}
