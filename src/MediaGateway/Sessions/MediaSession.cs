using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Sessions;

/// <summary>
/// One publishing or playing of one stream by one connection, as hooks and the API see it. Its owner alone changes it, through
/// <see cref="SessionDirectory"/>; any thread reads.
/// </summary>
internal sealed class MediaSession
{
    /// <summary>Names the session: a random UUID for publishers and pages, <c>name/connection-id</c> for RTMP players, as WCS does.</summary>
    public required string Id { get; init; }

    /// <summary>The connection it belongs to.</summary>
    public required ClientConnection Connection { get; init; }

    /// <summary>The stream; for a publisher that a hook has renamed, the new name.</summary>
    public required StreamKey Key { get; set; }

    /// <summary>Whether it publishes; else it plays.</summary>
    public required bool IsPublisher { get; init; }

    /// <summary>The stream's parameters, decoded, in the order sent; the hooks' <c>custom</c>.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    /// <summary>The session description of a page, which WCS hooks carry; null for RTMP.</summary>
    public string? Sdp { get; init; }

    /// <summary>Whether sound is expected.</summary>
    public bool HasAudio { get; init; } = true;

    /// <summary>Whether pictures are expected.</summary>
    public bool HasVideo { get; init; } = true;

    /// <summary>
    /// Whether a recording was asked for: RTMP's publish type <c>record</c>, the page's flag; or what a hook has made of that before it
    /// publishes.
    /// </summary>
    public bool Record { get; set; }

    /// <summary>Gateway time at which it was asked for.</summary>
    public required TimeSpan StartedAt { get; init; }

    /// <summary>Ends this session and not its connection, where the protocol can; any thread, returns at once.</summary>
    public required Action<SessionEndReason, string> End { get; init; }

    /// <summary>
    /// The number of its <see cref="PublishLease"/>, set before it publishes: of two publishers of one stream the higher number took over
    /// from the lower. 0 for players, and for publishers that say only once media flows that they publish: those are the newest.
    /// </summary>
    public long LeaseNumber { get; set; }

    /// <summary>How it fares.</summary>
    public MediaSessionStatus Status { get; internal set; } = MediaSessionStatus.New;

    /// <summary>Why it ended or failed, in WCS's words where there are any; null before.</summary>
    public string? Information { get; internal set; }

    /// <summary>The session as it would be with another stream: what access control is asked before a player goes over to it.</summary>
    /// <param name="key">The other stream.</param>
    /// <param name="parameters">What the player has said with its name.</param>
    public MediaSession PlayingInstead(StreamKey key, IReadOnlyList<KeyValuePair<string, string>> parameters) => new()
    {
        Id = Id,
        Connection = Connection,
        Key = key,
        IsPublisher = false,
        Parameters = parameters,
        StartedAt = StartedAt,
        End = End,
    };
}
