using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>One m-line that we send to the peer, as offer and answer agreed on it. Immutable.</summary>
internal sealed record SendTrack
{
    /// <summary>Sound or pictures.</summary>
    public required TrackKind Kind { get; init; }

    /// <summary>The media identification tag (<c>a=mid</c>, RFC 5888); empty when there is none.</summary>
    public required string Mid { get; init; }

    /// <summary>The payload type of H.264 or Opus.</summary>
    public required int PayloadType { get; init; }

    /// <summary>Our synchronization source.</summary>
    public required uint Ssrc { get; init; }

    /// <summary>The payload type of retransmissions (RFC 4588); -1 when none was agreed on.</summary>
    public int RetransmissionPayloadType { get; init; } = -1;

    /// <summary>The synchronization source of retransmissions.</summary>
    public uint RetransmissionSsrc { get; init; }

    /// <summary>The header-extension id of the mid (RFC 9143 15); 0 when not agreed on.</summary>
    public int MidExtensionId { get; init; }

    /// <summary>The header-extension id of the absolute send time; 0 when not agreed on.</summary>
    public int AbsoluteSendTimeExtensionId { get; init; }

    /// <summary>The header-extension id of the transport-wide sequence number; 0 when not agreed on.</summary>
    public int TransportSequenceExtensionId { get; init; }

    /// <summary>The feedback that is heeded.</summary>
    public RtcpFeedback Feedback { get; init; }

    /// <summary>Ticks of the RTP clock per second (RFC 6184 8.2.1, RFC 7587 4.1).</summary>
    public int ClockRate => Kind == TrackKind.Video ? 90_000 : OpusFormat.ClockRate;

    /// <summary>Whether lost packets may be asked for.</summary>
    public bool AnswersNack => (Feedback & RtcpFeedback.Nack) != 0;
}
