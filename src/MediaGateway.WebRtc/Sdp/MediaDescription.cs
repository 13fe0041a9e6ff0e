namespace MediaGateway.WebRtc.Sdp;

/// <summary>One m-section of a session description, with the attributes that the gateway uses (RFC 8866 5.14).</summary>
internal sealed class MediaDescription
{
    private readonly List<RtpCodec> _codecs = [];
    private readonly List<uint> _ssrcs = [];
    private readonly HashSet<uint> _repairSsrcs = [];
    private readonly List<(uint Media, uint Repair)> _retransmissions = [];
    private readonly List<SdpHeaderExtension> _extensions = [];

    /// <summary><c>audio</c>, <c>video</c>, <c>application</c>, ...</summary>
    public required string Kind { get; init; }

    /// <summary>The port; 0 rejects the section unless it is <see cref="IsBundleOnly"/>.</summary>
    public required int Port { get; init; }

    /// <summary>The transport, e.g. <c>UDP/TLS/RTP/SAVPF</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The formats as written after the protocol, separated by blanks.</summary>
    public required string Formats { get; init; }

    /// <summary><c>a=mid</c>; null when not given.</summary>
    public string? Mid { get; set; }

    /// <summary>The direction; null when the section leaves it to the session.</summary>
    public SdpDirection? Direction { get; set; }

    /// <summary>Whether <c>a=rtcp-mux</c> was given.</summary>
    public bool HasRtcpMux { get; set; }

    /// <summary>Whether <c>a=rtcp-rsize</c> was given.</summary>
    public bool HasReducedSizeRtcp { get; set; }

    /// <summary>Whether <c>a=rtcp-xr:rcvr-rtt</c> was given (RFC 3611 5.1).</summary>
    public bool HasReceiverReferenceTime { get; set; }

    /// <summary>Whether <c>a=bundle-only</c> was given: then port 0 is no rejection (RFC 9143 6).</summary>
    public bool IsBundleOnly { get; set; }

    /// <summary>ICE and DTLS attributes of this section.</summary>
    public TransportDescription Transport { get; } = new();

    /// <summary>The RTP payload types in the order of preference; empty for other protocols.</summary>
    public IReadOnlyList<RtpCodec> Codecs => _codecs;

    /// <summary>The SSRCs announced by <c>a=ssrc</c>, those of retransmission and FEC left out.</summary>
    public IEnumerable<uint> MediaSsrcs => _ssrcs.Where(ssrc => !_repairSsrcs.Contains(ssrc));

    /// <summary>The SSRCs of <c>a=ssrc-group:FID</c>: one of media and the one that carries its retransmissions (RFC 5576 4.2).</summary>
    public IReadOnlyList<(uint Media, uint Repair)> Retransmissions => _retransmissions;

    /// <summary>The encodings that are offered at the same time.</summary>
    public SimulcastDescription Simulcast { get; } = new();

    /// <summary>The RTP header extensions.</summary>
    public IReadOnlyList<SdpHeaderExtension> Extensions => _extensions;

    /// <summary>Whether the offerer wants this section at all.</summary>
    public bool IsRejected => Port == 0 && !IsBundleOnly;

    /// <summary>Adds a payload type of the m-line.</summary>
    public void AddCodec(RtpCodec codec) => _codecs.Add(codec);

    /// <summary>Remembers an SSRC once, up to the limit.</summary>
    public void AddSsrc(uint ssrc)
    {
        if (_ssrcs.Count < SdpLimits.Ssrcs && !_ssrcs.Contains(ssrc))
        {
            _ssrcs.Add(ssrc);
        }
    }

    /// <summary>Remembers that an SSRC carries no media of its own.</summary>
    public void AddRepairSsrc(uint ssrc) => _repairSsrcs.Add(ssrc);

    /// <summary>Remembers which SSRC carries the retransmissions of another one, up to the limit.</summary>
    public void AddRetransmission(uint mediaSsrc, uint repairSsrc)
    {
        if (_retransmissions.Count < SdpLimits.Ssrcs)
        {
            _retransmissions.Add((mediaSsrc, repairSsrc));
        }
    }

    /// <summary>Adds a header extension.</summary>
    public void AddExtension(SdpHeaderExtension extension) => _extensions.Add(extension);
}
