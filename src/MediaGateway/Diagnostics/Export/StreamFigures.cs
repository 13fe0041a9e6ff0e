using MediaGateway.Streams;

namespace MediaGateway.Diagnostics.Export;

/// <summary>The figures of one stream, or of several together, at one moment.</summary>
internal sealed record StreamFigures
{
    /// <summary>The name under which those stand that are beyond <see cref="Configuration.MetricsOptions.LabelledStreams"/>; no stream's name has a bracket.</summary>
    public const string Others = "(others)";

    /// <summary><c>application/name</c>, or <see cref="Others"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Viewers on every protocol.</summary>
    public required long Viewers { get; init; }

    /// <summary>Payload bits per second from the publisher.</summary>
    public required long BitsPerSecond { get; init; }

    /// <summary>How much later the sound comes than the pictures, in seconds; of several streams the one farthest from 0.</summary>
    public required double? Skew { get; init; }

    /// <summary>Age of the newest keyframe in seconds; of several streams the oldest.</summary>
    public required double? KeyframeAge { get; init; }

    /// <summary>Frames that wait for those who send them on.</summary>
    public required long WaitingForOutlets { get; init; }

    /// <summary>Packets of sound that wait to be converted.</summary>
    public required long WaitingForBridges { get; init; }

    /// <summary>Delay of the newest converted sound in seconds; of several the longest.</summary>
    public required double? BridgeDelay { get; init; }

    /// <summary>Frames dropped by reason.</summary>
    public required IReadOnlyDictionary<string, long> Drops { get; init; }

    /// <summary>What else was discarded, by what it is.</summary>
    public IReadOnlyDictionary<string, long> Discards { get; init; } = new Dictionary<string, long>();

    /// <summary>Takes them from what is known of a stream.</summary>
    public static StreamFigures From(StreamSnapshot stream) => new()
    {
        Name = stream.Key.ToString(),
        Viewers = stream.Viewers,
        BitsPerSecond = stream.BitsPerSecond,
        Skew = stream.Skew?.TotalSeconds,
        KeyframeAge = stream.KeyframeAge?.TotalSeconds,
        WaitingForOutlets = stream.WaitingFrames,
        WaitingForBridges = stream.Bridges.Sum(bridge => bridge.WaitingPackets),
        BridgeDelay = stream.BridgeDelay?.TotalSeconds,
        Drops = stream.Drops,
        Discards = stream.Discards,
    };

    /// <summary>Several streams as one.</summary>
    public static StreamFigures Merge(IReadOnlyList<StreamFigures> streams) => new()
    {
        Name = Others,
        Viewers = streams.Sum(stream => stream.Viewers),
        BitsPerSecond = streams.Sum(stream => stream.BitsPerSecond),
        Skew = streams.Select(stream => stream.Skew).MaxBy(skew => Math.Abs(skew ?? 0)),
        KeyframeAge = streams.Max(stream => stream.KeyframeAge),
        WaitingForOutlets = streams.Sum(stream => stream.WaitingForOutlets),
        WaitingForBridges = streams.Sum(stream => stream.WaitingForBridges),
        BridgeDelay = streams.Max(stream => stream.BridgeDelay),
        Drops = Sum(streams.SelectMany(stream => stream.Drops)),
        Discards = Sum(streams.SelectMany(stream => stream.Discards)),
    };

    private static Dictionary<string, long> Sum(IEnumerable<KeyValuePair<string, long>> counts) =>
        counts.GroupBy(count => count.Key).ToDictionary(group => group.Key, group => group.Sum(count => count.Value));
}
