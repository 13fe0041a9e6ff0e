namespace MediaGateway.WebRtc.Sdp;

/// <summary>A media section that was accepted.</summary>
/// <param name="MediaIndex">Its place in the offer.</param>
/// <param name="Offered">The section as offered.</param>
/// <param name="Codec">The accepted payload type.</param>
internal sealed record NegotiatedTrack(int MediaIndex, MediaDescription Offered, RtpCodec Codec)
{
    /// <summary>The identifier of the mid header extension; 0 when it is not used.</summary>
    public int MidExtensionId
    {
        get
        {
            foreach (SdpHeaderExtension extension in Offered.Extensions)
            {
                if (extension.Uri == SdpHeaderExtension.MidUri && extension.Id <= SdpHeaderExtension.HighestOneByteId)
                {
                    return extension.Id;
                }
            }

            return 0;
        }
    }
}
