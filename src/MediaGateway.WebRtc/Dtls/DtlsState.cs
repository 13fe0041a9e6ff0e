namespace MediaGateway.WebRtc.Dtls;

/// <summary>The life of a DTLS association.</summary>
public enum DtlsState
{
    /// <summary>The handshake is under way or has not begun.</summary>
    Handshaking,

    /// <summary>Keys can be exported.</summary>
    Connected,

    /// <summary>Either side said close_notify.</summary>
    Closed,

    /// <summary>The handshake failed or a fatal alert came.</summary>
    Failed,
}
