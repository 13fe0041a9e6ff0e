namespace MediaGateway.Streams;

/// <summary>What an outlet wants of a stream.</summary>
/// <param name="Audio">The sound: <see cref="AudioPreference.Opus"/> for WebRTC, <see cref="AudioPreference.None"/> for none.</param>
/// <param name="StartAt">Where the outlet's copy of the stream begins.</param>
internal readonly record struct SubscriptionOptions(AudioPreference Audio, StartPoint StartAt);
