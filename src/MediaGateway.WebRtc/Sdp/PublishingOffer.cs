using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>The offer of a peer that publishes H.264 and Opus, with what browsers offer beside them: retransmission, NACK, PLI, FIR, transport-wide feedback.</summary>
internal static class PublishingOffer
{
    private const int VideoType = 102;
    private const int RepairType = 103;
    private const int AudioType = 111;
    private const int MidId = 4;
    private const int TransportSequenceId = 3;

    /// <summary>Writes it.</summary>
    /// <param name="local">Our credentials.</param>
    /// <param name="fingerprint">Of our certificate.</param>
    /// <param name="sending">Names and sources of what will be sent.</param>
    /// <param name="hasSound">Whether it offers sound beside pictures.</param>
    public static string Write(IceCredentials local, CertificateFingerprint fingerprint, SendDescription sending, bool hasSound)
    {
        var writer = new SdpWriter();
        writer.Line('v', $"0");
        writer.Line('o', $"- 1 1 IN IP4 127.0.0.1");
        writer.Line('s', $"-");
        writer.Line('t', $"0 0");
        writer.Attribute("group", $"{(hasSound ? "BUNDLE 0 1" : "BUNDLE 0")}");
        WriteSection(writer, "video", $"{VideoType} {RepairType}", "0", local, fingerprint);
        writer.Attribute("rtpmap", $"{VideoType} H264/90000");
        writer.Attribute("fmtp", $"{VideoType} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
        foreach (string feedback in (string[])["nack", "nack pli", "ccm fir", CongestionAgreement.TransportWideFeedback])
        {
            writer.Attribute("rtcp-fb", $"{VideoType} {feedback}");
        }

        writer.Attribute("rtpmap", $"{RepairType} rtx/90000");
        writer.Attribute("fmtp", $"{RepairType} apt={VideoType}");
        writer.Attribute("ssrc-group", $"FID {sending.Video.Media} {sending.Video.Retransmission}");
        writer.Attribute("ssrc", $"{sending.Video.Media} cname:{sending.CanonicalName}");
        writer.Attribute("ssrc", $"{sending.Video.Retransmission} cname:{sending.CanonicalName}");
        if (hasSound)
        {
            WriteSound(writer, local, fingerprint, sending);
        }

        return writer.ToString();
    }

    private static void WriteSound(SdpWriter writer, IceCredentials local, CertificateFingerprint fingerprint, SendDescription sending)
    {
        WriteSection(writer, "audio", $"{AudioType}", "1", local, fingerprint);
        writer.Attribute("rtpmap", $"{AudioType} opus/48000/2");
        writer.Attribute("fmtp", $"{AudioType} minptime=10;useinbandfec=1");
        writer.Attribute("rtcp-fb", $"{AudioType} {CongestionAgreement.TransportWideFeedback}");
        writer.Attribute("ssrc", $"{sending.Audio.Media} cname:{sending.CanonicalName}");
    }

    private static void WriteSection(
        SdpWriter writer, string kind, FormattableString formats, string mid, IceCredentials local, CertificateFingerprint fingerprint)
    {
        writer.Line('m', $"{kind} 9 UDP/TLS/RTP/SAVPF {formats.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        writer.Line('c', $"IN IP4 0.0.0.0");
        writer.Attribute("mid", $"{mid}");
        writer.Attribute("ice-ufrag", $"{local.UsernameFragment}");
        writer.Attribute("ice-pwd", $"{local.Password}");
        writer.Attribute("fingerprint", $"{fingerprint.Algorithm} {fingerprint.Value}");
        writer.Attribute("setup", $"active");
        writer.Flag("sendonly");
        writer.Flag("rtcp-mux");
        writer.Flag("rtcp-rsize");
        writer.Attribute("extmap", $"{MidId} {SdpHeaderExtension.MidUri}");
        writer.Attribute("extmap", $"{TransportSequenceId} {SdpHeaderExtension.TransportSequenceUri}");
    }
}
