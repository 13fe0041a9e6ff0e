using System.Globalization;
using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// The codecs beside H.264 in which pictures may be published, since the gateway can decode them: VP8, VP9 and AV1, in the profiles with
/// 8 bits and 4:2:0 only.
/// </summary>
internal static class OtherVideo
{
    private const int ClockRate = 90_000;
    private const string Main = "0";

    /// <summary>The cheapest to decode first.</summary>
    private static readonly (CodecId Codec, string Name, string? ProfileParameter)[] Known =
    [
        (CodecId.Vp8, "VP8", null),
        (CodecId.Vp9, "VP9", "profile-id"), // RFC 9628 6.1
        (CodecId.Av1, "AV1", "profile"), // RTP Payload Format For AV1, 7.2.1
    ];

    /// <summary>The payload type to accept; null when there is none.</summary>
    public static RtpCodec? Choose(MediaDescription media, CodecSet accepted)
    {
        foreach ((CodecId codec, string name, string? profile) in Known)
        {
            if (!accepted.Contains(codec))
            {
                continue;
            }

            foreach (RtpCodec offered in media.Codecs)
            {
                if (offered.Is(name, ClockRate) && (profile is null || (offered.Parameter(profile) ?? Main) == Main))
                {
                    return offered;
                }
            }
        }

        return null;
    }

    /// <summary>Which codec an accepted payload type is.</summary>
    public static CodecId CodecOf(RtpCodec codec)
    {
        foreach ((CodecId known, string name, _) in Known)
        {
            if (codec.Is(name, ClockRate))
            {
                return known;
            }
        }

        return CodecId.H264;
    }

    /// <summary>
    /// The value of <c>a=fmtp</c> with which a payload type is accepted: its profile as offered; empty when there is nothing to say.
    /// </summary>
    /// <param name="codec">The payload type as offered.</param>
    /// <param name="startBitrate">kbit/s at which a Chromium sender shall start; 0 leaves it to the browser.</param>
    public static string Answer(RtpCodec codec, int startBitrate)
    {
        string? profile = Known.FirstOrDefault(known => codec.Is(known.Name, ClockRate)).ProfileParameter;
        List<string> parameters = [];
        if (profile is not null && codec.Parameter(profile) is not null)
        {
            parameters.Add($"{profile}={Main}");
        }

        if (startBitrate > 0)
        {
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"x-google-start-bitrate={startBitrate}"));
        }

        return string.Join(';', parameters);
    }

    /// <summary>Why an offer has no pictures that can be taken, in words for the person at the other end.</summary>
    /// <param name="accepted">What would have been taken.</param>
    /// <param name="offered">What is offered instead, in brackets; may be empty.</param>
    public static string Refuse(CodecSet accepted, string offered)
    {
        string others = string.Join(", ", Known.Where(known => accepted.Contains(known.Codec)).Select(known => known.Name));
        return others.Length == 0
            ? $"This browser offers no H.264 video{offered}. RTMP players need H.264, so publish from a browser that has it."
            : $"This browser offers no video that the gateway can take{offered}. It takes H264, {others}.";
    }
}
