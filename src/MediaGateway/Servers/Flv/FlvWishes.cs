using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Http;
using MediaGateway.Media.Frames;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Flv;

/// <summary>Which sound a viewer of FLV wants, by the parameters of its address, named as those of RTMP players.</summary>
internal static class FlvWishes
{
    private const string AudioParameter = "audio";

    // What players of FLV in browsers decode.
    private static readonly AudioPreference Normal = new(null, CodecSet.Of(CodecId.Aac, CodecId.Mp3), CodecId.Aac);

    /// <summary>Reads the parameters, or says in words what is wrong with them.</summary>
    public static bool TryRead(MediaSession session, out AudioPreference audio, [NotNullWhen(false)] out string? refusal)
    {
        (audio, refusal) = (HttpViewers.IsSilent(session) ? AudioPreference.None : Normal, null);
        if (HttpViewers.Parameter(session, AudioParameter) is not { } name)
        {
            return true;
        }

        if (!AudioCodecName.TryParse(name, out CodecId codec))
        {
            refusal = $"The sound can be asked for with audio={AudioCodecName.All}.";
            return false;
        }

        // MP3 is never made here.
        audio = audio == AudioPreference.None || codec == CodecId.Mp3 ? audio : new AudioPreference(codec, CodecSet.Empty, codec);
        return true;
    }
}
