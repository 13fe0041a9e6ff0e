using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>One m-line that the peer sends to us, as offer and answer agreed on it. Immutable.</summary>
public sealed record ReceiveTrack
{
    /// <summary>Sound or pictures.</summary>
    public required TrackKind Kind { get; init; }

    /// <summary>The media identification tag (<c>a=mid</c>, RFC 5888).</summary>
    public required string Mid { get; init; }

    /// <summary>The payload types that may come, with their codecs.</summary>
    public required IReadOnlyList<ReceivePayloadType> PayloadTypes { get; init; }

    /// <summary>The header-extension id of <c>urn:ietf:params:rtp-hdrext:sdes:mid</c> (RFC 8843 15); 0 when not agreed on.</summary>
    public int MidExtensionId { get; init; }

    /// <summary>The feedback that may be sent.</summary>
    public RtcpFeedback Feedback { get; init; }

    /// <summary>The SSRCs that the SDP announced (<c>a=ssrc</c>, RFC 5576); may be empty.</summary>
    public IReadOnlyList<uint> AnnouncedSsrcs { get; init; } = [];

    /// <summary>The payload types of retransmissions (RFC 4588), each with the one whose packets it repeats; may be empty.</summary>
    public IReadOnlyList<RepairPayloadType> RepairPayloadTypes { get; init; } = [];

    /// <summary>The SSRCs of retransmissions that the SDP announced (<c>a=ssrc-group:FID</c>); may be empty.</summary>
    public IReadOnlyList<RepairSource> RepairSources { get; init; } = [];

    /// <summary>The payload type whose packets carry copies of those before (RED, RFC 2198); null when not agreed on.</summary>
    public int? RedundancyPayloadType { get; init; }

    /// <summary>The header-extension id of the restriction identifier (RFC 8852 3.1); 0 when not agreed on.</summary>
    public int RidExtensionId { get; init; }

    /// <summary>The header-extension id of a retransmission's restriction identifier (RFC 8852 3.2); 0 when not agreed on.</summary>
    public int RepairedRidExtensionId { get; init; }

    /// <summary>The restriction identifiers of the simulcast encodings that were agreed on; empty for a single one.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The SSRCs of the simulcast encodings where the SDP announced them (<c>a=ssrc-group:SIM</c>); may be empty.</summary>
    public IReadOnlyList<uint> LayerSsrcs { get; init; } = [];

    /// <summary>Whether several encodings of the same picture may come.</summary>
    internal bool IsSimulcast => Layers.Count > 1 || LayerSsrcs.Count > 1;

    /// <summary>Whether any of these messages may be sent. (Enum.HasFlag allocates where it is not optimized away.)</summary>
    internal bool Allows(RtcpFeedback feedback) => (Feedback & feedback) != 0;
}

/// <summary>A payload type of retransmissions (RFC 4588 8.1).</summary>
/// <param name="PayloadType">The number in the RTP header, 0 to 127.</param>
/// <param name="RepairedPayloadType">The payload type of the packets that it repeats (<c>apt</c>).</param>
public sealed record RepairPayloadType(int PayloadType, int RepairedPayloadType);

/// <summary>A source of retransmissions.</summary>
/// <param name="MediaSsrc">Whose packets are repeated.</param>
/// <param name="Ssrc">Under which SSRC they are.</param>
public readonly record struct RepairSource(uint MediaSsrc, uint Ssrc);

/// <summary>One payload type of a track.</summary>
/// <param name="PayloadType">The number in the RTP header, 0 to 127.</param>
/// <param name="Codec">Opus, H.264, VP8, VP9 or AV1.</param>
public sealed record ReceivePayloadType(int PayloadType, CodecId Codec)
{
    /// <summary>RTP clock rate in ticks per second (RFC 6184 8.2.1, RFC 7741 6.1, RFC 7587 4.1).</summary>
    public int ClockRate => Codec == CodecId.Opus ? OpusFormat.ClockRate : 90_000;

    /// <summary>H.264: the parameter sets of <c>sprop-parameter-sets</c> (RFC 6184 8.1), NAL units without start code.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ParameterSets { get; init; } = [];

    /// <summary>Opus: channels that the format announces.</summary>
    public int Channels { get; init; } = 2;
}
