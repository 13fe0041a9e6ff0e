using System.Globalization;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>
/// Gathers the attributes of one media description. Lines about a payload type may come in any order and before its rtpmap; those
/// about all of them (<c>*</c>) are shared out at the end.
/// </summary>
/// <param name="media">The description to fill.</param>
internal sealed class SdpAttributeReader(MediaDescription media)
{
    private const int HighestPayloadType = 127;

    private readonly Dictionary<int, RtpCodec> _codecs = [];
    private readonly List<string> _feedbackForAll = [];

    private bool IsRtp => media.Protocol.Contains("RTP/", StringComparison.Ordinal);

    /// <summary>Reads the payload types of the m-line; false when one is out of range or there are too many.</summary>
    public bool TryReadFormats(ReadOnlySpan<char> formats)
    {
        if (!IsRtp)
        {
            return true;
        }

        foreach (Range range in formats.Split(' '))
        {
            ReadOnlySpan<char> format = formats[range];
            if (format.IsEmpty)
            {
                continue;
            }

            if (!TryReadPayloadType(format, out int payloadType) || _codecs.Count == SdpLimits.Formats)
            {
                return false;
            }

            var codec = new RtpCodec { PayloadType = payloadType };
            if (_codecs.TryAdd(payloadType, codec))
            {
                media.AddCodec(codec);
            }
        }

        return true;
    }

    /// <summary>Reads one attribute.</summary>
    public void Read(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "mid":
                media.Mid ??= value.ToString();
                break;
            case "rtpmap":
                ReadRtpMap(value);
                break;
            case "fmtp":
                ReadFormatParameters(value);
                break;
            case "rtcp-fb":
                ReadFeedback(value);
                break;
            case "extmap":
                ReadExtension(value);
                break;
            case "ssrc":
                ReadSsrc(value);
                break;
            case "ssrc-group":
                ReadSsrcGroup(value);
                break;
            case "rid":
                media.Simulcast.ReadRid(value);
                break;
            case "simulcast":
                media.Simulcast.ReadSimulcast(value);
                break;
            case "rtcp-mux":
                media.HasRtcpMux = true;
                break;
            case "rtcp-rsize":
                media.HasReducedSizeRtcp = true;
                break;
            case "rtcp-xr":
                media.HasReceiverReferenceTime |= value.Contains("rcvr-rtt", StringComparison.Ordinal);
                break;
            case "bundle-only":
                media.IsBundleOnly = true;
                break;
            default:
                media.Direction = SdpSessionAttributes.DirectionOf(name) ?? media.Direction;
                SdpSessionAttributes.ReadTransport(media.Transport, name, value);
                break;
        }
    }

    /// <summary>Ends the section.</summary>
    public void Complete()
    {
        foreach (RtpCodec codec in media.Codecs)
        {
            foreach (string value in _feedbackForAll)
            {
                codec.AddFeedback(value);
            }
        }

        _feedbackForAll.Clear();
    }

    // a=rtpmap:<payload type> <encoding name>/<clock rate>[/<channels>]      RFC 8866 6.6
    private void ReadRtpMap(ReadOnlySpan<char> value)
    {
        if (!TrySplit(value, out ReadOnlySpan<char> format, out ReadOnlySpan<char> encoding) || Find(format) is not { } codec)
        {
            return;
        }

        Span<Range> parts = stackalloc Range[3];
        int count = encoding.Split(parts, '/');
        if (count >= 2 && TryReadNumber(encoding[parts[1]], out int clockRate))
        {
            codec.EncodingName = encoding[parts[0]].ToString();
            codec.ClockRate = clockRate;
            codec.Channels = count == 3 && TryReadNumber(encoding[parts[2]], out int channels) ? channels : 1;
        }
    }

    private void ReadFormatParameters(ReadOnlySpan<char> value)
    {
        if (TrySplit(value, out ReadOnlySpan<char> format, out ReadOnlySpan<char> parameters) && Find(format) is { } codec)
        {
            codec.FormatParameters = parameters.ToString();
        }
    }

    private void ReadFeedback(ReadOnlySpan<char> value)
    {
        if (!TrySplit(value, out ReadOnlySpan<char> format, out ReadOnlySpan<char> feedback))
        {
            return;
        }

        if (format is "*")
        {
            if (_feedbackForAll.Count < SdpLimits.FeedbackPerCodec)
            {
                _feedbackForAll.Add(feedback.ToString());
            }
        }
        else
        {
            Find(format)?.AddFeedback(feedback.ToString());
        }
    }

    // a=extmap:<id>[/<direction>] <URI> [<attributes>]      RFC 8285 5
    private void ReadExtension(ReadOnlySpan<char> value)
    {
        if (!TrySplit(value, out ReadOnlySpan<char> id, out ReadOnlySpan<char> uri))
        {
            return;
        }

        int slash = id.IndexOf('/');
        int space = uri.IndexOf(' ');
        if (TryReadNumber(slash < 0 ? id : id[..slash], out int number) && number is >= 1 and <= byte.MaxValue)
        {
            media.AddExtension(new SdpHeaderExtension(number, (space < 0 ? uri : uri[..space]).ToString()));
        }
    }

    private void ReadSsrc(ReadOnlySpan<char> value)
    {
        int space = value.IndexOf(' ');
        if (TryReadSsrc(space < 0 ? value : value[..space], out uint ssrc))
        {
            media.AddSsrc(ssrc);
        }
    }

    // a=ssrc-group:FID <media> <repair>      RFC 5576 4.2; all but the first carry retransmissions (FID) or FEC (FEC-FR).
    private void ReadSsrcGroup(ReadOnlySpan<char> value)
    {
        if (!TrySplit(value, out ReadOnlySpan<char> semantics, out ReadOnlySpan<char> ssrcs))
        {
            return;
        }

        bool isRetransmission = semantics is "FID";
        bool isSimulcast = semantics is "SIM" && media.Simulcast.Ssrcs.Count == 0;
        uint? first = null;
        foreach (Range range in ssrcs.Split(' '))
        {
            if (!TryReadSsrc(ssrcs[range], out uint ssrc))
            {
                continue;
            }

            if (isSimulcast)
            {
                media.Simulcast.AddSsrc(ssrc);
            }
            else if (first is { } mediaSsrc && (isRetransmission || semantics is "FEC-FR"))
            {
                media.AddRepairSsrc(ssrc);
                if (isRetransmission)
                {
                    media.AddRetransmission(mediaSsrc, ssrc);
                }
            }

            first ??= ssrc;
        }
    }

    private RtpCodec? Find(ReadOnlySpan<char> format) =>
        TryReadPayloadType(format, out int payloadType) ? _codecs.GetValueOrDefault(payloadType) : null;

    private static bool TrySplit(ReadOnlySpan<char> value, out ReadOnlySpan<char> first, out ReadOnlySpan<char> rest)
    {
        int space = value.IndexOf(' ');
        first = space < 0 ? value : value[..space];
        rest = space < 0 ? default : value[(space + 1)..].Trim();
        return !first.IsEmpty && !rest.IsEmpty;
    }

    private static bool TryReadPayloadType(ReadOnlySpan<char> text, out int payloadType) =>
        TryReadNumber(text, out payloadType) && payloadType <= HighestPayloadType;

    private static bool TryReadNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TryReadSsrc(ReadOnlySpan<char> text, out uint ssrc) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ssrc);
}
