using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Ice;
using MediaGateway.WebRtc.Rtp;
using MediaGateway.WebRtc.Rtp.Sending;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>Where a session stands and what it has counted. A snapshot, but for <see cref="Receiver"/> and <see cref="Sender"/>, which are live.</summary>
public sealed record PeerStatistics
{
    /// <summary>The session's state.</summary>
    public required PeerState State { get; init; }

    /// <summary>How far connectivity has come.</summary>
    public required IceState Ice { get; init; }

    /// <summary>How far the DTLS handshake has come; null before it began.</summary>
    public required DtlsState? Dtls { get; init; }

    /// <summary>The path that media and RTCP take; null while there is none.</summary>
    public required TransportPath? SelectedPath { get; init; }

    /// <summary>The round-trip time: of the peer's reports or a repaired loss if there was one, else of the handshake; null while unknown.</summary>
    public required TimeSpan? RoundTripTime { get; init; }

    /// <summary>Datagrams received, of whatever kind.</summary>
    public required long DatagramsReceived { get; init; }

    /// <summary>Bytes of datagrams received.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Datagrams queued to be sent.</summary>
    public required long DatagramsSent { get; init; }

    /// <summary>Bytes of datagrams queued to be sent.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Datagrams dropped: unknown kind, too large, or on a path that no authenticated check has validated.</summary>
    public required long DatagramsDropped { get; init; }

    /// <summary>Connectivity checks answered.</summary>
    public required long ChecksAnswered { get; init; }

    /// <summary>STUN datagrams dropped because they were not authentic.</summary>
    public required long ChecksDropped { get; init; }

    /// <summary>SRTP and SRTCP packets dropped because their tag was wrong.</summary>
    public required long PacketsNotAuthentic { get; init; }

    /// <summary>SRTP and SRTCP packets dropped because they came twice.</summary>
    public required long PacketsReplayed { get; init; }

    /// <summary>The receiver's own counters, live; null until connected, and in a session in which the peer plays.</summary>
    public required ReceiverStatistics? Receiver { get; init; }

    /// <summary>The sender's own counters, live; null until connected, and in a session in which the peer publishes.</summary>
    public required SenderStatistics? Sender { get; init; }
}
