using MediaGateway.Media.Frames;

namespace MediaGateway.Configuration;

/// <summary>The codecs that sound can be asked for in by name, in settings and as <c>?audio=</c> of an RTMP address.</summary>
internal static class AudioCodecName
{
    /// <summary>The names, for people.</summary>
    public const string All = "aac, pcma, pcmu, speex, mp3 or opus";

    /// <summary>The codec of a name, in capitals or not; false when it is none of <see cref="All"/>.</summary>
    public static bool TryParse(string name, out CodecId codec)
    {
        CodecId? found = name.ToUpperInvariant() switch
        {
            "AAC" => CodecId.Aac,
            "PCMA" => CodecId.Pcma,
            "PCMU" => CodecId.Pcmu,
            "SPEEX" => CodecId.Speex,
            "MP3" => CodecId.Mp3,
            "OPUS" => CodecId.Opus,
            _ => null,
        };
        codec = found.GetValueOrDefault();
        return found is not null;
    }
}
