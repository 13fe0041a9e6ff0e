using MediaGateway.Media.Frames;

namespace MediaGateway.Diagnostics;

/// <summary>What people call the codecs: in the API, on the page and in messages.</summary>
internal static class CodecNames
{
    /// <summary>The name of a codec.</summary>
    public static string Of(CodecId codec) => codec switch
    {
        CodecId.H264 => "H.264",
        CodecId.Aac => "AAC",
        CodecId.Mp3 => "MP3",
        CodecId.Pcma => "G.711 A-law",
        CodecId.Pcmu => "G.711 mu-law",
        CodecId.Adpcm => "ADPCM",
        CodecId.LinearPcm => "PCM",
        CodecId.Ac3 => "AC-3",
        CodecId.Eac3 => "E-AC-3",
        CodecId.Flac => "FLAC",
        CodecId.SorensonSpark => "Sorenson Spark",
        CodecId.ScreenVideo => "Screen video",
        CodecId.ScreenVideo2 => "Screen video 2",
        CodecId.Vp6 => "VP6",
        CodecId.Vp6Alpha => "VP6 with alpha",
        CodecId.Vp8 => "VP8",
        CodecId.Vp9 => "VP9",
        CodecId.Av1 => "AV1",
        CodecId.Hevc => "HEVC",
        CodecId.Vvc => "VVC",
        _ => codec.ToString(),
    };
}
