namespace MediaGateway.Streams;

/// <summary>Live figures of a WebRTC session, as the gateway sees them.</summary>
internal abstract record PeerFigures
{
    /// <summary>Viewers of the stream on every protocol; null while there is no stream.</summary>
    public required int? Viewers { get; init; }

    /// <summary>Bits per second: from a publisher, payload; to a viewer, all of it. Null while not known.</summary>
    public required long? BitsPerSecond { get; init; }

    /// <summary>Round-trip time to the peer in milliseconds; null while not known.</summary>
    public required double? RoundTripMilliseconds { get; init; }
}

/// <summary>Live figures of a publisher. A null is a figure that is not known.</summary>
internal sealed record PublisherFigures : PeerFigures
{
    /// <summary>RTP packets that never came.</summary>
    public required long? LostPackets { get; init; }

    /// <summary>RTP packets that came when they were asked for again.</summary>
    public required long? RepairedPackets { get; init; }

    /// <summary>How long packets now wait for ones that are missing, in milliseconds.</summary>
    public required double? JitterBufferMilliseconds { get; init; }

    /// <summary>Video's stamps less audio's, against the publisher's own clock, in milliseconds.</summary>
    public required double? AudioVideoErrorMilliseconds { get; init; }

    /// <summary>Bits per second that the publisher is allowed.</summary>
    public required long? AllowedBitsPerSecond { get; init; }

    /// <summary>Keyframes asked of it.</summary>
    public required long? KeyframeRequests { get; init; }
}

/// <summary>Live figures of a viewer. A null is a figure that is not known.</summary>
internal sealed record PlayerFigures : PeerFigures
{
    /// <summary>Bits per second that the network to the viewer is thought to take.</summary>
    public required long? EstimatedBitsPerSecond { get; init; }

    /// <summary>Share of packets lost on the way to the viewer, 0 to 1, in its newest report.</summary>
    public required double? LostRatio { get; init; }

    /// <summary>Packets sent again.</summary>
    public required long? RetransmittedPackets { get; init; }

    /// <summary>Pictures left out for this viewer.</summary>
    public required long? DroppedFrames { get; init; }

    /// <summary><see cref="PublisherFigures.AudioVideoErrorMilliseconds"/> of the stream's publisher, when that is a WebRTC one.</summary>
    public required double? SourceAudioVideoErrorMilliseconds { get; init; }

    /// <summary>Round-trip time to the stream's publisher in milliseconds, when that is a WebRTC one.</summary>
    public required double? SourceRoundTripMilliseconds { get; init; }
}
