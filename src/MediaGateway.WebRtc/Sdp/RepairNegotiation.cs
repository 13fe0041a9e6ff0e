using System.Globalization;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>Finds the payload types that an offer has beside a codec to make good for lost packets of it.</summary>
internal static class RepairNegotiation
{
    private const string RetransmissionName = "rtx";
    private const string RedundancyName = "red";

    /// <summary>The retransmission payload type whose <c>apt</c> is the codec's (RFC 4588 8.6); null when there is none.</summary>
    public static RtpCodec? RtxOf(MediaDescription media, RtpCodec codec)
    {
        foreach (RtpCodec candidate in media.Codecs)
        {
            if (candidate.Is(RetransmissionName, codec.ClockRate)
                && int.TryParse(candidate.Parameter("apt"), NumberStyles.None, CultureInfo.InvariantCulture, out int repaired)
                && repaired == codec.PayloadType)
            {
                return candidate;
            }
        }

        return null;
    }

    // a=fmtp:63 111/111      RFC 2198 5
    /// <summary>The payload type in which the codec's packets carry copies of those before (RFC 2198); null when there is none.</summary>
    public static RtpCodec? RedOf(MediaDescription media, RtpCodec codec)
    {
        string own = codec.PayloadType.ToString(CultureInfo.InvariantCulture);
        foreach (RtpCodec candidate in media.Codecs)
        {
            string[] carried = candidate.FormatParameters.Split('/');
            if (candidate.Is(RedundancyName, codec.ClockRate) && carried.Length >= 2 && carried.All(type => type.Trim() == own))
            {
                return candidate;
            }
        }

        return null;
    }
}
