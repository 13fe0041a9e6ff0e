using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Flv;

/// <summary>The low four bits of a video tag (Video File Format v10.1, E.4.3.1), also the <c>videocodecid</c> of metadata.</summary>
public static class FlvVideoCodec
{
    private const int KeyframeType = 1;
    private const int GeneratedKeyframeType = 4;
    private const int CommandType = 5;
    private const int FrameTypeShift = 4;
    private const int CodecMask = 0x0F;

    /// <summary>The codec of a tag that starts with <paramref name="header"/>; null when it is none that FLV knows.</summary>
    public static CodecId? Read(byte header) => (header & CodecMask) switch
    {
        2 => CodecId.SorensonSpark,
        3 => CodecId.ScreenVideo,
        4 => CodecId.Vp6,
        5 => CodecId.Vp6Alpha,
        6 => CodecId.ScreenVideo2,
        FlvVideoTag.AvcCodecId => CodecId.H264,
        _ => null,
    };

    /// <summary>The number of a codec; null when only Enhanced RTMP has it.</summary>
    public static int? IdOf(CodecId codec) => codec switch
    {
        CodecId.SorensonSpark => 2,
        CodecId.ScreenVideo => 3,
        CodecId.Vp6 => 4,
        CodecId.Vp6Alpha => 5,
        CodecId.ScreenVideo2 => 6,
        CodecId.H264 => FlvVideoTag.AvcCodecId,
        _ => null,
    };

    /// <summary>Whether decoding may start at a tag that starts with <paramref name="header"/>, of either form.</summary>
    public static bool IsKeyframe(byte header) => FrameType(header) is KeyframeType or GeneratedKeyframeType;

    /// <summary>Whether the tag holds no picture but a hint for seeking (E.4.3.1, video info or command frame).</summary>
    public static bool IsCommand(byte header) => FrameType(header) == CommandType;

    // The top bit is the mark of Enhanced RTMP, which old writers leave clear.
    private static int FrameType(byte header) => (header >> FrameTypeShift) & 7;
}
