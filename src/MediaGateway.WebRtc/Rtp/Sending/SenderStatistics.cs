using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>Counters of what a session sends, live. Read them on the thread that owns the session.</summary>
public sealed class SenderStatistics
{
    internal SenderStatistics(IReadOnlyList<SenderTrackStatistics> tracks) => Tracks = tracks;

    /// <summary>Whether there is something that can be sent for no other reason than to be counted.</summary>
    internal bool CanProbe { get; init; }

    /// <summary>One entry per track.</summary>
    public IReadOnlyList<SenderTrackStatistics> Tracks { get; }

    /// <summary>Bytes of RTP sent before encryption, headers and repetitions included.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>The same in bits per second.</summary>
    public long BitsPerSecond { get; internal set; }

    /// <summary>Round-trip time by the peer's reports; null while unknown.</summary>
    public TimeSpan? RoundTripTime { get; internal set; }

    /// <summary>bit/s that the way to the peer is thought to carry.</summary>
    public long EstimateBitsPerSecond { get; internal set; }

    /// <summary>Whether the peer tells of each packet when it arrived.</summary>
    internal bool HasTransportFeedback { get; set; }

    /// <summary>
    /// Whether bursts of repetitions look for what the way carries beyond what is sent: the peer tells when they arrive. Where not, the estimate says little
    /// of what lies above what is sent.
    /// </summary>
    public bool FindsRoom => HasTransportFeedback && CanProbe;

    /// <summary>Share of packets that the peer reported lost last, of the worse track, 0 to 1.</summary>
    public double LostRatio { get; internal set; }

    /// <summary>bit/s of the stream's pictures, whether they are sent or not; 0 in the first second.</summary>
    public long PictureBitsPerSecond { get; internal set; }

    /// <summary>Whether only keyframes are sent, because the way does not carry all pictures.</summary>
    public bool IsKeyframesOnly { get; internal set; }

    /// <summary>Packets sent again, of all tracks.</summary>
    public long RetransmittedPackets { get; internal set; }

    /// <summary>Pictures that were not sent: too much waited, only keyframes are sent, or a keyframe is missing before them.</summary>
    public long DroppedPictures { get; internal set; }

    /// <summary>Of <see cref="DroppedPictures"/> those that were left out because too much waited.</summary>
    public long CrowdedOutPictures { get; internal set; }

    /// <summary>Of <see cref="DroppedPictures"/> those that were left out because the way carries keyframes only.</summary>
    public long ThinnedOutPictures { get; internal set; }

    /// <summary>Of <see cref="DroppedPictures"/> those that could not be decoded, because the picture before them is missing.</summary>
    public long UndecodablePictures { get; internal set; }

    /// <summary>Sound packets that were not sent.</summary>
    public long DroppedSound { get; internal set; }

    /// <summary>Keyframes that the peer asked for (PLI, FIR), repeated requests left out.</summary>
    public long KeyframeRequests { get; internal set; }

    /// <summary>RTCP datagrams of which a part could not be read.</summary>
    public long MalformedRtcp { get; internal set; }
}

/// <summary>Counters of one track that is sent, live.</summary>
public sealed class SenderTrackStatistics
{
    private readonly Retransmitter? _retransmitter;

    internal SenderTrackStatistics(TrackKind kind, Retransmitter? retransmitter) => (Kind, _retransmitter) = (kind, retransmitter);

    /// <summary>Sound or pictures.</summary>
    public TrackKind Kind { get; }

    /// <summary>RTP packets sent, repetitions not counted.</summary>
    public long Packets { get; internal set; }

    /// <summary>Bytes of their payload.</summary>
    public long PayloadBytes { get; internal set; }

    /// <summary>Packets sent again.</summary>
    public long RetransmittedPackets { get; internal set; }

    /// <summary>Packets that the peer asked for again, each request counted.</summary>
    public long RequestedPackets { get; internal set; }

    /// <summary>Of the packets asked for again those that were not kept any more: the peer has to go on without them.</summary>
    public long ForgottenPackets => _retransmitter?.Forgotten ?? 0;

    /// <summary>Requests that were not kept because repetitions take as much already as they may; the peer asks again.</summary>
    public long PostponedPackets => _retransmitter?.Postponed ?? 0;

    /// <summary>Frames sent whole.</summary>
    public long Frames { get; internal set; }

    /// <summary>Keyframes among them.</summary>
    public long Keyframes { get; internal set; }

    /// <summary>Share of packets that the peer reported lost in its last report, 0 to 1.</summary>
    public double LostRatio { get; internal set; }

    /// <summary>Packets that the peer reported lost in all; repaired ones do not count again.</summary>
    public long LostPackets { get; internal set; }

    /// <summary>Interarrival jitter at the peer, by its last report.</summary>
    public TimeSpan Jitter { get; internal set; }
}
