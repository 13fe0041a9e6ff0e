namespace MediaGateway.WebRtc.Sessions;

/// <summary>Why a <see cref="PeerSession"/> ended.</summary>
public enum PeerEndReason
{
    /// <summary>We closed it.</summary>
    LocalClose,

    /// <summary>The peer said goodbye: DTLS close_notify, or RTCP BYE for everything it sent.</summary>
    RemoteClose,

    /// <summary>No authenticated check came in time after the offer was answered.</summary>
    ConnectTimeout,

    /// <summary>The DTLS handshake failed, took too long, or showed another certificate than the offer.</summary>
    DtlsFailed,

    /// <summary>Neither checks nor media came on any path for the consent time-out (RFC 7675).</summary>
    ConsentExpired,

    /// <summary>Neither media nor checks came for the silence time-out.</summary>
    Silent,

    /// <summary>More authentic bytes came than a peer may send.</summary>
    TooMuch,
}
