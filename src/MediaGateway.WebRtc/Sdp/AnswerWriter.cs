using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>Writes the answer to a negotiated offer (RFC 8829 5.3.1).</summary>
/// <param name="offer">The offer.</param>
/// <param name="session">What was agreed about it.</param>
/// <param name="ours">Our side.</param>
internal sealed class AnswerWriter(SessionDescription offer, NegotiatedSession session, AnswerParameters ours)
{
    private const int DiscardPort = 9;
    private const int BitsPerKilobit = 1000;

    private readonly SdpWriter _writer = new();

    /// <summary>Writes the whole answer.</summary>
    public string Write()
    {
        WriteSession();
        bool isFirst = true;
        for (int index = 0; index < offer.Media.Count; index++)
        {
            MediaDescription media = offer.Media[index];
            if (TrackAt(index) is { } track)
            {
                WriteAccepted(media, track, isFirst);
                isFirst = false;
            }
            else
            {
                WriteRejected(media);
            }
        }

        return _writer.ToString();
    }

    private int DefaultPort => ours.Candidates.Count > 0 ? ours.Candidates[0].Address.Port : DiscardPort;

    private NegotiatedTrack? TrackAt(int index) =>
        session.Video?.MediaIndex == index ? session.Video
        : session.Audio?.MediaIndex == index ? session.Audio
        : null;

    private void WriteSession()
    {
        _writer.Line('v', $"0");
        _writer.Line('o', $"- {ours.SessionId} {ours.SessionVersion} IN IP4 127.0.0.1");
        _writer.Line('s', $"-");
        // At session level, so that rejected sections have one as well: Firefox refuses an answer otherwise.
        _writer.Line('c', $"IN {DefaultConnection()}");
        _writer.Line('t', $"0 0");
        string mids = string.Join(' ', AcceptedMids());
        if (offer.Bundles.Count > 0 && mids.Length > 0)
        {
            _writer.Attribute("group", $"BUNDLE {mids}");
        }

        _writer.Flag("ice-lite");
    }

    /// <summary>The mids of the accepted sections in the order of the offer's group; rejected ones are left out (RFC 9143 7.3.3).</summary>
    private IEnumerable<string> AcceptedMids()
    {
        string?[] accepted = [session.Audio?.Offered.Mid, session.Video?.Offered.Mid];
        return offer.Bundles.Count > 0 ? offer.Bundles[0].Where(accepted.Contains).Distinct() : [];
    }

    private string DefaultConnection()
    {
        if (ours.Candidates.Count == 0)
        {
            return "IP4 0.0.0.0";
        }

        TransportAddress address = ours.Candidates[0].Address;
        return $"{(address.IsIPv4 ? "IP4" : "IP6")} {address.ToIPEndPoint().Address}";
    }

    private void WriteAccepted(MediaDescription media, NegotiatedTrack track, bool isFirst)
    {
        if (ours.Sending is { } sending)
        {
            WriteSent(media, track, isFirst, sending);
            return;
        }

        _writer.Line('m', $"{media.Kind} {DefaultPort} {media.Protocol} {string.Join(' ', PayloadTypesOf(track))}");
        WriteBound(track);
        WriteMid(media);
        WriteTransport(isFirst);
        _writer.Flag("recvonly");
        _writer.Flag("rtcp-mux");
        if (media.HasReducedSizeRtcp)
        {
            _writer.Flag("rtcp-rsize");
        }

        WriteExtension(track, SdpHeaderExtension.MidUri);
        WriteCongestionExtensions(track);
        WriteCodec(track.Codec, track == session.Video);
        WriteRepair(track);
        WriteLayers(track);
    }

    /// <summary>In the order in which the peer shall prefer them.</summary>
    private static IEnumerable<int> PayloadTypesOf(NegotiatedTrack track)
    {
        RtpCodec?[] codecs = [track.Codec, track.Red, track.Rtx];
        return codecs.OfType<RtpCodec>().Select(codec => codec.PayloadType);
    }

    private void WriteExtension(NegotiatedTrack track, string uri)
    {
        int id = track.ExtensionId(uri);
        if (id > 0)
        {
            _writer.Attribute("extmap", $"{id} {uri}");
        }
    }

    private void WriteCongestionExtensions(NegotiatedTrack track)
    {
        if (session.Congestion.MaximumBitrate)
        {
            WriteExtension(track, SdpHeaderExtension.AbsoluteSendTimeUri);
        }

        if (session.Congestion.TransportWide)
        {
            WriteExtension(track, SdpHeaderExtension.TransportSequenceUri);
        }
    }

    private void WriteRepair(NegotiatedTrack track)
    {
        if (track.Red is { } red)
        {
            WriteMap(red);
            _writer.Attribute("fmtp", $"{red.PayloadType} {track.Codec.PayloadType}/{track.Codec.PayloadType}");
        }

        if (track.Rtx is { } rtx)
        {
            WriteMap(rtx);
            _writer.Attribute("fmtp", $"{rtx.PayloadType} apt={track.Codec.PayloadType}");
        }
    }

    private void WriteMap(RtpCodec codec)
    {
        string channels = codec.Channels == 1 ? "" : $"/{codec.Channels}";
        _writer.Attribute("rtpmap", $"{codec.PayloadType} {codec.EncodingName}/{codec.ClockRate}{channels}");
    }

    // RFC 8853 5.3.2
    private void WriteLayers(NegotiatedTrack track)
    {
        if (track.Layers.Count == 0)
        {
            return;
        }

        WriteExtension(track, SdpHeaderExtension.RidUri);
        WriteExtension(track, SdpHeaderExtension.RepairedRidUri);
        foreach (string layer in track.Layers)
        {
            _writer.Attribute("rid", $"{layer} recv");
        }

        _writer.Attribute("simulcast", $"recv {string.Join(';', track.Layers)}");
    }

    private void WriteSent(MediaDescription media, NegotiatedTrack track, bool isFirst, SendDescription sending)
    {
        bool isVideo = track == session.Video;
        SendSources sources = isVideo ? sending.Video : sending.Audio;
        string formats = SendNegotiation.Formats(track);
        _writer.Line('m', $"{media.Kind} {DefaultPort} {media.Protocol} {formats}");
        WriteMid(media);
        WriteTransport(isFirst);
        new SentSectionWriter(_writer, media, track, session.Congestion).Write(isVideo, sending, sources);
    }

    /// <summary>Every accepted section repeats the transport; candidates stand in the first only (RFC 9143 7.3.1).</summary>
    private void WriteTransport(bool isFirst)
    {
        _writer.Attribute("ice-ufrag", $"{ours.Credentials.UsernameFragment}");
        _writer.Attribute("ice-pwd", $"{ours.Credentials.Password}");
        _writer.Attribute("fingerprint", $"{ours.Fingerprint.Algorithm} {ours.Fingerprint.Value}");
        _writer.Attribute("setup", $"passive");
        if (!isFirst)
        {
            return;
        }

        foreach (IceCandidate candidate in ours.Candidates)
        {
            _writer.Attribute("candidate", $"{candidate.ToAttributeValue()}");
        }

        _writer.Flag("end-of-candidates");
    }

    /// <summary>A peer that estimates by itself knows no bound but this one; with REMB the bound is part of what REMB says.</summary>
    private void WriteBound(NegotiatedTrack track)
    {
        if (track == session.Video && ours.MaximumBitrate > 0 && !session.Congestion.MaximumBitrate)
        {
            _writer.Line('b', $"AS:{Math.Max(ours.MaximumBitrate / BitsPerKilobit, 1)}");
        }
    }

    private void WriteCodec(RtpCodec codec, bool isVideo)
    {
        WriteMap(codec);
        string parameters = isVideo
            ? CodecNegotiation.AnswerVideo(codec, ours.VideoStartBitrate)
            : CodecNegotiation.AnswerOpus(ours.AudioMaximumAverageBitrate);
        if (parameters.Length > 0)
        {
            _writer.Attribute("fmtp", $"{codec.PayloadType} {parameters}");
        }

        foreach (string feedback in CodecNegotiation.AnswerFeedback(codec, session.Congestion))
        {
            _writer.Attribute("rtcp-fb", $"{codec.PayloadType} {feedback}");
        }
    }

    private void WriteRejected(MediaDescription media)
    {
        _writer.Line('m', $"{media.Kind} 0 {media.Protocol} {media.Formats}");
        WriteMid(media);
        _writer.Flag("inactive");
    }

    private void WriteMid(MediaDescription media)
    {
        if (media.Mid is not null)
        {
            _writer.Attribute("mid", $"{media.Mid}");
        }
    }
}
