namespace MediaGateway.WebRtc.Rtp;

/// <summary>How one peer's media is received. Immutable; durations and sizes say their unit in the type or the name.</summary>
public sealed record MediaReceiverOptions
{
    /// <summary>The SSRC under which our RTCP is sent. Random per peer.</summary>
    public required uint LocalSsrc { get; init; }

    /// <summary>The canonical name in our SDES, at most 255 bytes of UTF-8 (RFC 3550 6.5.1). Random per peer (RFC 7022).</summary>
    public required string CanonicalName { get; init; }

    /// <summary>The bitrate that REMB allows, in bit/s: a ceiling for the peer's whole sending.</summary>
    public int MaximumBitrate { get; init; } = 4_000_000;

    /// <summary>
    /// The header-extension identifier of abs-send-time, by which the rate that REMB allows follows the delay; 0: not agreed on, and
    /// REMB always says <see cref="MaximumBitrate"/>.
    /// </summary>
    public int AbsoluteSendTimeId { get; init; }

    /// <summary>The header-extension identifier of the transport-wide sequence number; 0: no transport-wide feedback was agreed on.</summary>
    public int TransportSequenceId { get; init; }

    /// <summary>Time between two REMB packets when the rate does not change.</summary>
    public TimeSpan BitrateInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Time between two receiver reports.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether feedback may leave without a report in front (RFC 5506, <c>a=rtcp-rsize</c>).</summary>
    public bool ReducedSizeRtcp { get; init; }

    /// <summary>The round-trip time assumed until one was measured.</summary>
    public TimeSpan InitialRoundTripTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The shortest round-trip time that a repair can have, as far as it is known from elsewhere: what comes sooner after its request
    /// was reordered, not repaired.
    /// </summary>
    public TimeSpan MinimumRoundTripTime { get; init; }

    /// <summary>How long sound waits for a missing packet at least before it goes on without.</summary>
    public TimeSpan AudioReorderWait { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>How long it waits at most, where jitter makes packets that late.</summary>
    public TimeSpan MaximumAudioReorderWait { get; init; } = TimeSpan.FromMilliseconds(120);

    /// <summary>How long pictures wait at most for a missing packet when the peer does not retransmit.</summary>
    public TimeSpan VideoReorderWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The largest access unit, in bytes; a larger one is dropped.</summary>
    public int MaximumAccessUnitBytes { get; init; } = 4 * 1024 * 1024;
}
