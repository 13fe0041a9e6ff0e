namespace MediaGateway.WebRtc.Sdp;

/// <summary>Writes what an accepted section says of a track that we send, after its transport.</summary>
/// <param name="writer">Where to.</param>
/// <param name="media">The section as offered.</param>
/// <param name="track">What was agreed about it.</param>
/// <param name="congestion">What tells us of the path.</param>
internal sealed class SentSectionWriter(SdpWriter writer, MediaDescription media, NegotiatedTrack track, CongestionAgreement congestion)
{
    /// <summary>RFC 7587 7.1: what we send has two channels and in-band FEC where its source has them.</summary>
    private const string SentOpus = "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1";

    /// <summary>Writes it.</summary>
    public void Write(bool isVideo, SendDescription sending, SendSources sources)
    {
        RtpCodec? repair = SendNegotiation.RetransmissionOf(track);
        writer.Flag("sendonly");
        writer.Attribute("msid", $"{sending.StreamId} {(isVideo ? "video" : "audio")}");
        writer.Flag("rtcp-mux");
        if (media.HasReducedSizeRtcp)
        {
            writer.Flag("rtcp-rsize");
        }

        foreach (SdpHeaderExtension extension in SendNegotiation.Extensions(track, congestion))
        {
            writer.Attribute("extmap", $"{extension.Id} {extension.Uri}");
        }

        WriteCodec(track.Codec, isVideo);
        if (repair is not null)
        {
            writer.Attribute("rtpmap", $"{repair.PayloadType} rtx/{repair.ClockRate}");
            writer.Attribute("fmtp", $"{repair.PayloadType} apt={track.Codec.PayloadType}");
            writer.Attribute("ssrc-group", $"FID {sources.Media} {sources.Retransmission}");
        }

        writer.Attribute("ssrc", $"{sources.Media} cname:{sending.CanonicalName}");
        if (repair is not null)
        {
            writer.Attribute("ssrc", $"{sources.Retransmission} cname:{sending.CanonicalName}");
        }
    }

    private void WriteCodec(RtpCodec codec, bool isVideo)
    {
        string channels = isVideo || codec.Channels == 1 ? "" : $"/{codec.Channels}";
        writer.Attribute("rtpmap", $"{codec.PayloadType} {codec.EncodingName}/{codec.ClockRate}{channels}");
        string parameters = isVideo ? CodecNegotiation.AnswerH264(codec, startBitrate: 0) : SentOpus;
        writer.Attribute("fmtp", $"{codec.PayloadType} {parameters}");
        foreach (string feedback in SendNegotiation.Feedback(codec, congestion))
        {
            writer.Attribute("rtcp-fb", $"{codec.PayloadType} {feedback}");
        }
    }
}
