namespace MediaGateway.Streams;

/// <summary>What an outlet wants of a stream.</summary>
/// <param name="Audio">The sound: <see cref="AudioPreference.Opus"/> for WebRTC, <see cref="AudioPreference.None"/> for none.</param>
/// <param name="StartAt">Where the outlet's copy of the stream begins.</param>
/// <param name="IsIncidental">
/// Whether the outlet takes the stream because it is there, as a push or a recording does: it is no reason to go on pulling it from an origin.
/// </param>
/// <param name="SoundMayFollow">
/// Whether the outlet may start before the sound of the cached group is converted, when that takes longer than players should wait for
/// their first picture: the pictures of the group come at once then, and its sound behind them. Without it the two come merged.
/// </param>
internal readonly record struct SubscriptionOptions(
    AudioPreference Audio, StartPoint StartAt, bool IsIncidental = false, bool SoundMayFollow = false);
