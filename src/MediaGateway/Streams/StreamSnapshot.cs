using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What is known of a stream at one moment, for the API and the log.</summary>
internal sealed record StreamSnapshot
{
    /// <summary>The stream's name.</summary>
    public required StreamKey Key { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required StreamState State { get; init; }

    /// <summary>The protocol of its publisher, or null while there is none.</summary>
    public required string? PublisherProtocol { get; init; }

    /// <summary>When it was published, by the gateway's clock; the order of streams, which no two ages taken one after the other tell.</summary>
    public required TimeSpan PublishedAt { get; init; }

    /// <summary>Time since it was published; a change of publisher does not start it anew.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>The format of its pictures, or null.</summary>
    public required TrackFormat? Video { get; init; }

    /// <summary>Whether its pictures are shown in another order than they come in, which WebRTC cannot carry.</summary>
    public required bool HasBFrames { get; init; }

    /// <summary>The format of its sound as the publisher sends it, or null.</summary>
    public required TrackFormat? Audio { get; init; }

    /// <summary>The formats of the further tracks of a multitrack publisher.</summary>
    public required IReadOnlyList<TrackFormat> Additional { get; init; }

    /// <summary>Viewers on every protocol.</summary>
    public required int Viewers { get; init; }

    /// <summary>Payload bits per second from the publisher, over the last second.</summary>
    public required long BitsPerSecond { get; init; }

    /// <summary>Pictures received.</summary>
    public required long VideoFrames { get; init; }

    /// <summary>Frames of sound received.</summary>
    public required long AudioFrames { get; init; }

    /// <summary>Payload bytes received.</summary>
    public required long Bytes { get; init; }

    /// <summary>Keyframes asked of the publisher.</summary>
    public required long KeyframeRequests { get; init; }

    /// <summary>Groups of pictures that outgrew the cache's bounds.</summary>
    public required long DroppedGroups { get; init; }

    /// <summary>Payload bytes in the cache.</summary>
    public required long CachedBytes { get; init; }

    /// <summary>How much later the sound of a moment comes than its pictures; null without both.</summary>
    public required TimeSpan? Skew { get; init; }

    /// <summary>Age of the publisher's newest keyframe; null before the first.</summary>
    public required TimeSpan? KeyframeAge { get; init; }

    /// <summary>Frames that wait to be sent on, over all outlets.</summary>
    public required int WaitingFrames { get; init; }

    /// <summary>Frames dropped, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Drops { get; init; }

    /// <summary>What else was discarded, by what it is.</summary>
    public required IReadOnlyDictionary<string, long> Discards { get; init; }

    /// <summary>The longest delay of the newest sound of its bridges; null without any.</summary>
    public TimeSpan? BridgeDelay => Bridges.Max(bridge => bridge.Delay);

    /// <summary>The audio bridges: one for each codec that its sound is converted to.</summary>
    public required IReadOnlyList<BridgeSnapshot> Bridges { get; init; }
}
