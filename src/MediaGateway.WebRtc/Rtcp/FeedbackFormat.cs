namespace MediaGateway.WebRtc.Rtcp;

/// <summary>The format field (FMT) of feedback packets.</summary>
internal static class FeedbackFormat
{
    /// <summary>Transport feedback: generic NACK (RFC 4585 6.2.1).</summary>
    public const int GenericNack = 1;

    /// <summary>Transport feedback: arrival of all packets (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1).</summary>
    public const int TransportWide = 15;

    /// <summary>Payload feedback: picture loss indication (RFC 4585 6.3.1).</summary>
    public const int PictureLossIndication = 1;

    /// <summary>Payload feedback: full intra request (RFC 5104 4.3.1).</summary>
    public const int FullIntraRequest = 4;

    /// <summary>Payload feedback: application layer feedback, which carries REMB (draft-alvestrand-rmcat-remb-03 2.2).</summary>
    public const int ApplicationLayer = 15;
}
