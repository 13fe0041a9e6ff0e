using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What an outlet wants of a stream.</summary>
/// <param name="AudioCodec">
/// The codec of the sound: <see cref="CodecId.Aac"/> for RTMP (bridged when the publisher sends Opus), <see cref="CodecId.Opus"/> for
/// WebRTC, null for no sound.
/// </param>
/// <param name="StartAt">Where the outlet's copy of the stream begins.</param>
internal readonly record struct SubscriptionOptions(CodecId? AudioCodec, StartPoint StartAt);
