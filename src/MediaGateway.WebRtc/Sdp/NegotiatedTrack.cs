namespace MediaGateway.WebRtc.Sdp;

/// <summary>A media section that was accepted.</summary>
/// <param name="MediaIndex">Its place in the offer.</param>
/// <param name="Offered">The section as offered.</param>
/// <param name="Codec">The accepted payload type.</param>
internal sealed record NegotiatedTrack(int MediaIndex, MediaDescription Offered, RtpCodec Codec)
{
    /// <summary>The payload type of its retransmissions; null when there are none.</summary>
    public RtpCodec? Rtx { get; init; }

    /// <summary>The payload type that carries copies of earlier packets; null when there is none.</summary>
    public RtpCodec? Red { get; init; }

    /// <summary>The simulcast encodings that are accepted, by their restriction identifiers; empty for a single one.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The identifier of the mid header extension; 0 when it is not used.</summary>
    public int MidExtensionId => ExtensionId(SdpHeaderExtension.MidUri);

    /// <summary>The identifier of a header extension; 0 when it was not offered or cannot be used.</summary>
    public int ExtensionId(string uri)
    {
        foreach (SdpHeaderExtension extension in Offered.Extensions)
        {
            if (extension.Uri == uri && extension.Id <= SdpHeaderExtension.HighestOneByteId)
            {
                return extension.Id;
            }
        }

        return 0;
    }
}
