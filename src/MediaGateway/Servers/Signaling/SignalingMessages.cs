using System.Text.Json;
using System.Text.Json.Serialization;
using MediaGateway.Connectivity;

namespace MediaGateway.Servers.Signaling;

/// <summary>What the page needs to know of the gateway.</summary>
/// <param name="Version">The gateway's version.</param>
/// <param name="RtmpHost">The host of RTMP addresses; null: the host of the page.</param>
/// <param name="RtmpPort">The port of RTMP addresses.</param>
/// <param name="Application">The RTMP application under which published streams are found.</param>
internal sealed record ServerInformation(string Version, string? RtmpHost, int RtmpPort, string Application)
{
    /// <summary>The port of the page, of WHIP and of WHEP.</summary>
    public required int HttpPort { get; init; }

    /// <summary>The port of the page over HTTPS; null when there is none.</summary>
    public required int? HttpsPort { get; init; }

    /// <summary>The port of RTMPS addresses; null when there is none.</summary>
    public required int? RtmpsPort { get; init; }

    /// <summary>The STUN and TURN servers that the page shall use, in the form of <c>RTCIceServer</c>.</summary>
    public required IReadOnlyList<IceServer> IceServers { get; init; }

    /// <summary>Where the page reaches the media port, for what it says when it does not.</summary>
    public required IReadOnlyList<string> MediaAddresses { get; init; }

    /// <summary>The codecs of pictures that are taken from publishers, by their names in SDP, the best first.</summary>
    public required IReadOnlyList<string> AcceptsVideo { get; init; }
}

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
internal sealed record MediaAnswer(string MediaSessionId, string StreamName, string Sdp);

/// <summary>Asks to restart ICE of a media session of the caller.</summary>
/// <param name="MediaSessionId">Which.</param>
/// <param name="Sdp">A new offer of the same session with new ICE credentials.</param>
internal sealed record RestartRequest(string MediaSessionId, string Sdp);

/// <summary>The gateway's side of the restart.</summary>
/// <param name="Sdp">The gateway's answer.</param>
internal sealed record RestartAnswer(string Sdp);

/// <summary>Asks to play a stream.</summary>
/// <param name="StreamName">Its name.</param>
/// <param name="Sdp">The browser's offer.</param>
/// <param name="Parameters">Free parameters of the stream.</param>
internal sealed record PlayRequest(string StreamName, string Sdp, IReadOnlyDictionary<string, string>? Parameters);

/// <summary>Asks whether a stream is there to be played.</summary>
/// <param name="StreamName">Its name.</param>
/// <param name="Parameters">Free parameters of the stream.</param>
internal sealed record AvailableRequest(string StreamName, IReadOnlyDictionary<string, string>? Parameters);

/// <summary>Whether a stream is there.</summary>
/// <param name="Available">Whether.</param>
/// <param name="Info">Why not, in words; null when it is.</param>
internal sealed record AvailableAnswer(bool Available, string? Info)
{
    /// <summary>Its pictures; null when there are none, or none yet.</summary>
    public AvailableVideo? Video { get; init; }

    /// <summary>Its sound; null when there is none, or none yet.</summary>
    public AvailableAudio? Audio { get; init; }

    /// <summary>Whether the pictures have to be converted for WebRTC because they are shown in another order than they come in.</summary>
    public bool HasBFrames { get; init; }

    /// <summary>Viewers on every protocol; of a file 0, each viewer has it for himself.</summary>
    public int Viewers { get; init; }

    /// <summary>The levels in which it is to be had besides itself, the highest rate first.</summary>
    public IReadOnlyList<string> Levels { get; init; } = [];
}

/// <summary>The pictures of a stream.</summary>
/// <param name="Codec">The codec, as people call it.</param>
/// <param name="Width">Width in pixels; null when the gateway does not look into the codec.</param>
/// <param name="Height">Height in pixels; null when the gateway does not look into the codec.</param>
internal sealed record AvailableVideo(string Codec, int? Width, int? Height);

/// <summary>The sound of a stream.</summary>
/// <param name="Codec">The codec, as people call it.</param>
internal sealed record AvailableAudio(string Codec);

/// <summary>Data to send into a stream.</summary>
/// <param name="MediaSessionId">The media session that publishes it.</param>
/// <param name="Payload">Any JSON.</param>
internal sealed record DataRequest(string MediaSessionId, JsonElement Payload);

/// <summary>Names a media session of the caller.</summary>
/// <param name="MediaSessionId">As given by <see cref="MediaAnswer"/>.</param>
internal sealed record MediaSessionRequest(string MediaSessionId);

/// <summary>Asks for another level of the stream that the caller plays.</summary>
/// <param name="MediaSessionId">As given by <see cref="MediaAnswer"/>.</param>
/// <param name="Quality">A level of the stream's ladder, <c>source</c> or <c>auto</c>.</param>
internal sealed record QualityRequest(string MediaSessionId, string Quality);

/// <summary>Tells how a media session fares.</summary>
/// <param name="MediaSessionId">Which.</param>
/// <param name="StreamName">Its stream.</param>
/// <param name="Status">The new status.</param>
/// <param name="Reason">Why, in words for people; null when there is nothing to say.</param>
internal sealed record StreamStatusMessage(string MediaSessionId, string StreamName, StreamStatus Status, string? Reason)
    : SignalingMessage(MediaSessionId)
{
    /// <inheritdoc/>
    public override string Method => "StreamStatus";

    /// <inheritdoc/>
    public override bool IsFinal => Status is StreamStatus.Unpublished or StreamStatus.Stopped or StreamStatus.Failed;
}

/// <summary>Data that the publisher of a stream has sent, for a page that plays it.</summary>
/// <param name="MediaSessionId">The page's media session.</param>
/// <param name="StreamName">Its stream.</param>
/// <param name="Payload">Any JSON.</param>
internal sealed record StreamDataMessage(string MediaSessionId, string StreamName, JsonElement Payload) : SignalingMessage(MediaSessionId)
{
    /// <inheritdoc/>
    public override string Method => "StreamData";
}

/// <summary>Something about a media session that people should know while it goes on.</summary>
/// <param name="MediaSessionId">Which.</param>
/// <param name="Code">What.</param>
/// <param name="Text">In words; null: it is over.</param>
internal sealed record StreamNoticeMessage(string MediaSessionId, StreamNoticeCode Code, string? Text) : SignalingMessage(MediaSessionId)
{
    /// <inheritdoc/>
    public override string Method => "StreamNotice";
}

/// <summary>A message to the page that follows a media session.</summary>
/// <param name="MediaSessionId">The media session.</param>
internal abstract record SignalingMessage(string MediaSessionId)
{
    /// <summary>The page's method that takes it.</summary>
    [JsonIgnore]
    public abstract string Method { get; }

    /// <summary>Whether it is the last one of its media session.</summary>
    [JsonIgnore]
    public virtual bool IsFinal => false;
}

/// <summary>The statuses of a stream as the page shows them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamStatus>))]
internal enum StreamStatus
{
    /// <summary>A player waits for the publisher.</summary>
    [JsonStringEnumMemberName("PENDING")]
    Pending,

    /// <summary>A publisher's media flows.</summary>
    [JsonStringEnumMemberName("PUBLISHING")]
    Publishing,

    /// <summary>Media flows to a player.</summary>
    [JsonStringEnumMemberName("PLAYING")]
    Playing,

    /// <summary>A publisher has ended as asked.</summary>
    [JsonStringEnumMemberName("UNPUBLISHED")]
    Unpublished,

    /// <summary>A player has ended as asked, or its stream has.</summary>
    [JsonStringEnumMemberName("STOPPED")]
    Stopped,

    /// <summary>Ended otherwise.</summary>
    [JsonStringEnumMemberName("FAILED")]
    Failed,
}

/// <summary>What a notice is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamNoticeCode>))]
internal enum StreamNoticeCode
{
    /// <summary>The stream has B-frames.</summary>
    [JsonStringEnumMemberName("bFrames")]
    BFrames,

    /// <summary>The pictures are converted.</summary>
    [JsonStringEnumMemberName("videoConverted")]
    VideoConverted,

    /// <summary>The player waits for the publisher.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>The network takes less than the stream needs.</summary>
    [JsonStringEnumMemberName("bandwidth")]
    Bandwidth,

    /// <summary>The level that the player asked for is not to be had.</summary>
    [JsonStringEnumMemberName("quality")]
    Quality,
}
