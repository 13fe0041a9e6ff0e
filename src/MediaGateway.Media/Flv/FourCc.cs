using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Flv;

/// <summary>
/// The four-character codes by which Enhanced RTMP names codecs (Enhanced RTMP v2, tables of Video and Audio FOURCC): on the wire four
/// bytes, in metadata the same as a big-endian number.
/// </summary>
public static class FourCc
{
    /// <summary>Bytes of a code.</summary>
    public const int Length = 4;

    private static readonly (CodecId Codec, uint Code)[] Codes =
    [
        (CodecId.H264, Of("avc1")),
        (CodecId.Hevc, Of("hvc1")),
        (CodecId.Vvc, Of("vvc1")),
        (CodecId.Av1, Of("av01")),
        (CodecId.Vp8, Of("vp08")),
        (CodecId.Vp9, Of("vp09")),
        (CodecId.Aac, Of("mp4a")),
        (CodecId.Opus, Of("Opus")),
        (CodecId.Mp3, Of(".mp3")),
        (CodecId.Ac3, Of("ac-3")),
        (CodecId.Eac3, Of("ec-3")),
        (CodecId.Flac, Of("fLaC")),
    ];

    /// <summary>Every codec that has a code.</summary>
    public static CodecSet AllCodecs { get; } = CodecSet.Of([.. Codes.Select(pair => pair.Codec)]);

    /// <summary>The codec of a code; false when it is unknown.</summary>
    public static bool TryGetCodec(uint code, out CodecId codec)
    {
        foreach ((CodecId known, uint knownCode) in Codes)
        {
            if (knownCode == code)
            {
                codec = known;
                return true;
            }
        }

        codec = default;
        return false;
    }

    /// <summary>The codec of a code written as text, as connect commands have it; false when it is unknown.</summary>
    public static bool TryGetCodec([NotNullWhen(true)] string? code, out CodecId codec)
    {
        codec = default;
        return code is { Length: Length } && TryGetCodec(Of(code), out codec);
    }

    /// <summary>The code of a codec; 0 when it has none.</summary>
    public static uint CodeOf(CodecId codec)
    {
        foreach ((CodecId known, uint code) in Codes)
        {
            if (known == codec)
            {
                return code;
            }
        }

        return 0;
    }

    /// <summary>The code of a codec as text; empty when it has none.</summary>
    public static string TextOf(CodecId codec)
    {
        uint code = CodeOf(codec);
        return code == 0 ? "" : string.Concat((char)(code >> 24), (char)((code >> 16) & 0xFF), (char)((code >> 8) & 0xFF), (char)(code & 0xFF));
    }

    /// <summary>Whether a codec that has a code is one of pictures.</summary>
    public static bool IsVideo(CodecId codec) =>
        codec is CodecId.H264 or CodecId.Hevc or CodecId.Vvc or CodecId.Av1 or CodecId.Vp8 or CodecId.Vp9;

    private static uint Of(string text) => ((uint)text[0] << 24) | ((uint)text[1] << 16) | ((uint)text[2] << 8) | text[3];
}
