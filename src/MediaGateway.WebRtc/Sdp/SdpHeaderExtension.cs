namespace MediaGateway.WebRtc.Sdp;

/// <summary>One <c>a=extmap</c> line (RFC 8285 5).</summary>
/// <param name="Id">The identifier that packets carry.</param>
/// <param name="Uri">What the extension is.</param>
internal readonly record struct SdpHeaderExtension(int Id, string Uri)
{
    /// <summary>The media identification of BUNDLE (RFC 9143 15).</summary>
    public const string MidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";

    /// <summary>The highest identifier of the one-byte form (RFC 8285 4.2).</summary>
    public const int HighestOneByteId = 14;
}
