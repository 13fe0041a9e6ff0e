using MediaGateway.Media.Frames;
using MediaGateway.WebRtc.Congestion;

namespace MediaGateway.WebRtc.Rtp;

/// <summary>Counters of one <see cref="MediaReceiver"/>, live. Read them on the thread that owns the receiver.</summary>
public sealed class ReceiverStatistics
{
    internal ReceiverStatistics(IReadOnlyList<TrackStatistics> tracks) => Tracks = tracks;

    /// <summary>One entry per track, in the order given to the receiver.</summary>
    public IReadOnlyList<TrackStatistics> Tracks { get; }

    /// <summary>RTP packets that were malformed or belong to no track.</summary>
    public long UnclaimedPackets { get; internal set; }

    /// <summary>RTCP datagrams of which a part could not be read.</summary>
    public long MalformedRtcp { get; internal set; }

    /// <summary>What REMB allows the peer to send, in bit/s.</summary>
    public long AllowedBitsPerSecond { get; internal set; }

    /// <summary>What the peer sent in the last half second, in bit/s.</summary>
    public long ReceivedBitsPerSecond { get; internal set; }

    /// <summary>What the delay of the packets says.</summary>
    public BandwidthUsage Usage { get; internal set; }

    /// <summary>How long packets wait in queues on the way to us; zero while unknown.</summary>
    public TimeSpan QueueDelay { get; internal set; }

    /// <summary>
    /// Video's stamps less audio's, against what the sender reports say: positive when pictures are stamped too late. Null while
    /// either track has no usable report.
    /// </summary>
    public TimeSpan? AudioVideoError { get; internal set; }

    internal void Follow(ReceiverCongestion congestion)
    {
        AllowedBitsPerSecond = congestion.AllowedBitsPerSecond;
        ReceivedBitsPerSecond = congestion.ReceivedBitsPerSecond;
        Usage = congestion.Usage;
        QueueDelay = congestion.QueueDelay;
    }
}

/// <summary>Counters of one track, live.</summary>
public sealed class TrackStatistics
{
    internal TrackStatistics(TrackKind kind, string mid) => (Kind, Mid) = (kind, mid);

    /// <summary>Sound or pictures.</summary>
    public TrackKind Kind { get; }

    /// <summary>The media identification tag.</summary>
    public string Mid { get; }

    /// <summary>RTP packets received: duplicates, late ones, retransmissions and unused simulcast encodings included.</summary>
    public long Packets { get; internal set; }

    /// <summary>Bytes of RTP received, headers included.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Packets that came twice or after they had been given up.</summary>
    public long LatePackets { get; internal set; }

    /// <summary>Packets given up: never came, or too late.</summary>
    public long LostPackets { get; internal set; }

    /// <summary>Packets that came in time after they had been requested again.</summary>
    public long RepairedPackets { get; internal set; }

    /// <summary>Packets requested again, each request counted.</summary>
    public long NackedPackets { get; internal set; }

    /// <summary>Packets requested that were not lost but overtaken; known only where retransmissions come apart (RTX).</summary>
    public long NeedlessRequests { get; internal set; }

    /// <summary>Retransmissions received (RTX), those that nobody needed and empty ones included.</summary>
    public long RepairPackets { get; internal set; }

    /// <summary>Retransmissions left out because they repeat no packet of the source in use.</summary>
    public long UnknownRepairPackets { get; internal set; }

    /// <summary>Packets that never came but whose copy did, with a later packet (RED).</summary>
    public long RecoveredPackets { get; internal set; }

    /// <summary>Packets of simulcast encodings that are not in use.</summary>
    public long UnusedLayerPackets { get; internal set; }

    /// <summary>Changes from one simulcast encoding to another.</summary>
    public long LayerSwitches { get; internal set; }

    /// <summary>The restriction identifier of the simulcast encoding in use; null without any.</summary>
    public string? Layer { get; internal set; }

    /// <summary>How long a packet that is missing now would be waited for: the jitter buffer's length.</summary>
    public TimeSpan Wait { get; internal set; }

    /// <summary>Keyframe requests sent (PLI or FIR).</summary>
    public long KeyframeRequests { get; internal set; }

    /// <summary>Packets whose payload breaks the payload format's rules.</summary>
    public long MalformedPackets { get; internal set; }

    /// <summary>Packets refused because another SSRC holds the track.</summary>
    public long RefusedPackets { get; internal set; }

    /// <summary>Frames delivered.</summary>
    public long Frames { get; internal set; }

    /// <summary>Keyframes among them.</summary>
    public long Keyframes { get; internal set; }

    /// <summary>Frames not delivered: incomplete, or not decodable without one that is.</summary>
    public long DroppedFrames { get; internal set; }

    /// <summary>Interarrival jitter (RFC 3550 6.4.1).</summary>
    public TimeSpan Jitter { get; internal set; }

    /// <summary>Share of packets lost in the last report interval, 0 to 1.</summary>
    public double FractionLost { get; internal set; }

    /// <summary>Received bits per second over the last report interval.</summary>
    public long Bitrate { get; internal set; }

    /// <summary>Round-trip time as seen from request to repair; null while unknown.</summary>
    public TimeSpan? RoundTripTime { get; internal set; }
}
