using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// What a player wants of a stream, by the parameters of its address and what it has announced. A parameter of the stream goes before one
/// of the connection.
/// </summary>
internal static class ViewerWishes
{
    /// <summary>The parameter that names the codec of the sound: one of <see cref="AudioCodecName.All"/>.</summary>
    private const string AudioParameter = "audio";

    /// <summary>The parameter that is <c>true</c> for a player that is to hear nothing, as WCS names it.</summary>
    private const string SilenceParameter = "suppress_sound";

    /// <summary>What is passed on untouched to a player that has announced it; everything else becomes AAC.</summary>
    private static readonly CodecSet PassedOn = CodecSet.Of(
        CodecId.Aac, CodecId.Mp3, CodecId.Pcma, CodecId.Pcmu, CodecId.Speex, CodecId.Nellymoser, CodecId.Adpcm, CodecId.LinearPcm,
        CodecId.Opus, CodecId.Ac3, CodecId.Eac3, CodecId.Flac);

    /// <summary>Reads a play request.</summary>
    /// <param name="url">The address.</param>
    /// <param name="capabilities">What the player has announced.</param>
    /// <param name="applicationCodec">The codec that the application's settings name; null for none.</param>
    /// <param name="variant">What the player gets.</param>
    /// <param name="refusal">In words, why it cannot have what it asks for.</param>
    public static bool TryRead(
        RtmpUrl url,
        RtmpPeerCapabilities capabilities,
        string? applicationCodec,
        [NotNullWhen(true)] out ViewerVariant? variant,
        [NotNullWhen(false)] out string? refusal)
    {
        variant = null;
        if (!TryReadCodec(Parameter(url, AudioParameter), capabilities, out CodecId? wanted, out refusal))
        {
            return false;
        }

        bool isSilent = string.Equals(Parameter(url, SilenceParameter), "true", StringComparison.OrdinalIgnoreCase);
        AudioPreference audio = (wanted ?? Default(applicationCodec, capabilities)) switch
        {
            null => new AudioPreference(null, capabilities.Codecs.Intersect(PassedOn), CodecId.Aac),
            CodecId.Mp3 => new AudioPreference(null, CodecSet.Of(CodecId.Mp3), CodecId.Aac), // It is never made here.
            { } codec => new AudioPreference(codec, CodecSet.Empty, codec),
        };
        variant = new ViewerVariant(audio, isSilent, capabilities with { TakesReconnect = false });
        return true;
    }

    private static string? Parameter(RtmpUrl url, string name) => url.Name.Parameter(name) ?? url.App.Parameter(name);

    private static bool TryReadCodec(
        string? name,
        RtmpPeerCapabilities capabilities,
        out CodecId? codec,
        [NotNullWhen(false)] out string? refusal)
    {
        (codec, refusal) = (null, null);
        if (name is null)
        {
            return true;
        }

        if (!AudioCodecName.TryParse(name, out CodecId named))
        {
            refusal = $"The sound can be asked for with audio={AudioCodecName.All}.";
            return false;
        }

        if (!CanBeGiven(named, capabilities))
        {
            refusal = "Opus is sent only to players that have announced it as Enhanced RTMP has it.";
            return false;
        }

        codec = named;
        return true;
    }

    private static CodecId? Default(string? name, RtmpPeerCapabilities capabilities) =>
        name is not null && AudioCodecName.TryParse(name, out CodecId codec) && CanBeGiven(codec, capabilities) ? codec : null;

    // What is asked for by name is given: the user knows the player. But in plain RTMP there is no form for Opus.
    private static bool CanBeGiven(CodecId codec, RtmpPeerCapabilities capabilities) =>
        codec != CodecId.Opus || capabilities.Codecs.Contains(CodecId.Opus);
}
