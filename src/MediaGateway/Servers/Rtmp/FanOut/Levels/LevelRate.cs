using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut.Levels;

/// <summary>One level that a viewer may get.</summary>
/// <param name="Key">Its stream.</param>
/// <param name="BitsPerSecond">What the network must take for it.</param>
internal readonly record struct LevelRate(StreamKey Key, long BitsPerSecond);

/// <summary>Another level would fit the viewer's network better.</summary>
/// <param name="Key">Its stream.</param>
/// <param name="IsUrgent">Whether the present one is too much, so that pictures may be left out for the change.</param>
internal sealed record LevelWish(StreamKey Key, bool IsUrgent);
