using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Diagnostics;

/// <summary>One entry of <c>GET /api/streams</c>.</summary>
internal sealed record StreamReport
{
    /// <summary><c>application/name</c>.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// The protocol of its publisher: <c>webrtc</c>, <c>rtmp</c>, <c>rtmps</c>, <c>rtmpt</c> or <c>rtmpts</c>; null while there is none.
    /// </summary>
    public required string? PublisherProtocol { get; init; }

    /// <summary>Whether its publisher was lost and viewers wait for it to come back.</summary>
    public required bool AwaitsPublisher { get; init; }

    /// <summary>Time since it was published, in seconds.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>Codec of the pictures, or null without any.</summary>
    public required string? VideoCodec { get; init; }

    /// <summary>Width of the pictures in pixels, or null without any.</summary>
    public required int? Width { get; init; }

    /// <summary>Height of the pictures in pixels, or null without any.</summary>
    public required int? Height { get; init; }

    /// <summary>Whether the pictures are shown in another order than they come in, which WebRTC cannot carry: viewers there get converted ones.</summary>
    public required bool HasBFrames { get; init; }

    /// <summary>Codec of the sound as the publisher sends it, or null without any.</summary>
    public required string? AudioCodec { get; init; }

    /// <summary>Viewers on every protocol.</summary>
    public required int Viewers { get; init; }

    /// <summary>Payload bits per second from the publisher, over the last second.</summary>
    public required long BitsPerSecond { get; init; }

    /// <summary>Pictures received.</summary>
    public required long VideoFrames { get; init; }

    /// <summary>Frames of sound received.</summary>
    public required long AudioFrames { get; init; }

    /// <summary>Keyframes asked of the publisher.</summary>
    public required long KeyframeRequests { get; init; }

    /// <summary>Payload bytes kept for joining viewers.</summary>
    public required long CachedBytes { get; init; }

    /// <summary>Whether its sound is being converted for viewers that need another codec.</summary>
    public required bool AudioBridge { get; init; }

    /// <summary>How much later the sound of a moment comes than its pictures, in seconds; below zero: earlier. Null without both.</summary>
    public required double? SkewSeconds { get; init; }

    /// <summary>Age of the publisher's newest keyframe, in seconds; null before the first.</summary>
    public required double? KeyframeAgeSeconds { get; init; }

    /// <summary>Frames that wait to be sent on, over all who take the stream.</summary>
    public required int WaitingFrames { get; init; }

    /// <summary>Frames that did not go where they were to go, by reason.</summary>
    public required IReadOnlyDictionary<string, long> DroppedFrames { get; init; }

    /// <summary>Delay of the newest converted sound, in seconds; null without any.</summary>
    public required double? AudioBridgeDelaySeconds { get; init; }

    /// <summary>Makes the entry of one stream.</summary>
    public static StreamReport From(StreamSnapshot snapshot) => new()
    {
        Key = snapshot.Key.ToString(),
        PublisherProtocol = snapshot.PublisherProtocol,
        AwaitsPublisher = snapshot.State == StreamState.AwaitingPublisher,
        AgeSeconds = snapshot.Age.TotalSeconds,
        VideoCodec = snapshot.Video is { } video ? CodecNames.Of(video.Codec) : null,
        Width = (snapshot.Video as H264Format)?.Width,
        Height = (snapshot.Video as H264Format)?.Height,
        HasBFrames = snapshot.HasBFrames,
        AudioCodec = snapshot.Audio is { } audio ? CodecNames.Of(audio.Codec) : null,
        Viewers = snapshot.Viewers,
        BitsPerSecond = snapshot.BitsPerSecond,
        VideoFrames = snapshot.VideoFrames,
        AudioFrames = snapshot.AudioFrames,
        KeyframeRequests = snapshot.KeyframeRequests,
        CachedBytes = snapshot.CachedBytes,
        AudioBridge = snapshot.Bridges.Count > 0,
        SkewSeconds = snapshot.Skew?.TotalSeconds,
        KeyframeAgeSeconds = snapshot.KeyframeAge?.TotalSeconds,
        WaitingFrames = snapshot.WaitingFrames,
        DroppedFrames = snapshot.Drops,
        AudioBridgeDelaySeconds = snapshot.BridgeDelay?.TotalSeconds,
    };
}
