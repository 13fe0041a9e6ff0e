using System.Text.Json;
using System.Text.Json.Serialization;

namespace MediaGateway.Servers.Signaling;

/// <summary>What the page needs to know of the gateway.</summary>
/// <param name="Version">The gateway's version.</param>
/// <param name="RtmpHost">The host of RTMP addresses; null: the host of the page.</param>
/// <param name="RtmpPort">The port of RTMP addresses.</param>
/// <param name="Application">The RTMP application under which published streams are found.</param>
internal sealed record ServerInformation(string Version, string? RtmpHost, int RtmpPort, string Application);

/// <summary>Asks to publish a stream.</summary>
/// <param name="StreamName">The name under which it will be played.</param>
/// <param name="Sdp">The browser's offer.</param>
/// <param name="Parameters">Free parameters of the stream. Those of the connection are the query of the hub's address.</param>
/// <param name="Record">Whether the page wishes a recording.</param>
internal sealed record PublishRequest(string StreamName, string Sdp, IReadOnlyDictionary<string, string>? Parameters, bool Record = false);

/// <summary>The gateway's yes.</summary>
/// <param name="MediaSessionId">Names the media session from now on; not guessable.</param>
/// <param name="StreamName">The name in force.</param>
/// <param name="Sdp">The gateway's answer.</param>
internal sealed record PublishAnswer(string MediaSessionId, string StreamName, string Sdp);

/// <summary>Asks whether a stream is there to be played.</summary>
/// <param name="StreamName">Its name.</param>
/// <param name="Parameters">Free parameters of the stream.</param>
internal sealed record AvailableRequest(string StreamName, IReadOnlyDictionary<string, string>? Parameters);

/// <summary>Whether a stream is there.</summary>
/// <param name="Available">Whether.</param>
/// <param name="Info">Why not, in words; null when it is.</param>
internal sealed record AvailableAnswer(bool Available, string? Info);

/// <summary>Data to send into a stream.</summary>
/// <param name="MediaSessionId">The media session that publishes it.</param>
/// <param name="Payload">Any JSON.</param>
internal sealed record DataRequest(string MediaSessionId, JsonElement Payload);

/// <summary>Names a media session of the caller.</summary>
/// <param name="MediaSessionId">As given by <see cref="PublishAnswer"/>.</param>
internal sealed record MediaSessionRequest(string MediaSessionId);

/// <summary>Tells how a media session fares.</summary>
/// <param name="MediaSessionId">Which.</param>
/// <param name="StreamName">Its stream.</param>
/// <param name="Status">The new status.</param>
/// <param name="Reason">Why, in words for people; null when there is nothing to say.</param>
internal sealed record StreamStatusMessage(string MediaSessionId, string StreamName, StreamStatus Status, string? Reason);

/// <summary>The statuses of a stream as the page shows them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamStatus>))]
internal enum StreamStatus
{
    /// <summary>Media flows.</summary>
    [JsonStringEnumMemberName("PUBLISHING")]
    Publishing,

    /// <summary>Ended as asked.</summary>
    [JsonStringEnumMemberName("UNPUBLISHED")]
    Unpublished,

    /// <summary>Ended otherwise.</summary>
    [JsonStringEnumMemberName("FAILED")]
    Failed,
}
