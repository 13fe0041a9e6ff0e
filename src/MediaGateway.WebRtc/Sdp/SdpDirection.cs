namespace MediaGateway.WebRtc.Sdp;

/// <summary>Which way the media of a section goes, seen from who wrote it (RFC 8866 6.7).</summary>
internal enum SdpDirection
{
    /// <summary>Both ways; the default.</summary>
    SendReceive,

    /// <summary>From the writer only.</summary>
    SendOnly,

    /// <summary>To the writer only.</summary>
    ReceiveOnly,

    /// <summary>Not at all for now.</summary>
    Inactive,
}
