namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>What a <see cref="MediaSender"/> is made with.</summary>
internal sealed record MediaSenderOptions
{
    /// <summary>Our name in sender reports; at most 255 bytes of UTF-8.</summary>
    public required string CanonicalName { get; init; }

    /// <summary>Bytes of an RTP packet, header included, before encryption.</summary>
    public int MaximumPacketBytes { get; init; } = 1184;

    /// <summary>bit/s that the way to the peer is taken for until something is known of it.</summary>
    public long StartBitrate { get; init; } = 4_000_000;

    /// <summary>bit/s that the way is thought to carry at least, whatever is heard of it.</summary>
    public long MinimumBitrate { get; init; } = 100_000;

    /// <summary>bit/s beyond which the way is not explored.</summary>
    public long MaximumBitrate { get; init; } = 50_000_000;

    /// <summary>Where sequence numbers and timestamps begin (RFC 3550 5.1: at random).</summary>
    public ulong Seed { get; init; }

    /// <summary>The round-trip time until a report says it; null when it is not known.</summary>
    public TimeSpan? RoundTripTime { get; init; }
}
