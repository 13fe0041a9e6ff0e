using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>
/// WebRTC as signalling sees it: an offer to publish or to play in, an answer or a refusal out. The servers for signalling (SignalR, HTTP)
/// and for media never know each other; they meet here. Safe to call from any thread.
/// </summary>
internal interface IPeerSessions
{
    /// <summary>Why a viewer is refused whose stream nobody publishes, in WCS's words.</summary>
    const string StreamNotFound = "Stream not found";

    /// <summary>Why a viewer's session ends with the stream, in WCS's words.</summary>
    const string StoppedByPublisher = "Stopped by publisher stop";

    /// <summary>Why a viewer of a file has ended at the file's end.</summary>
    const string PlayedToItsEnd = "Played to its end";

    /// <summary>The addresses that browsers are offered, best first, before what is known of a single browser's way here.</summary>
    IReadOnlyList<IPAddress> OfferedAddresses { get; }

    /// <summary>
    /// The same with port and protocol, such as <c>203.0.113.7:8000/udp</c>: what a person is told to open when nothing gets through.
    /// </summary>
    IReadOnlyList<string> MediaAddresses => [];

    /// <summary>Whether one more session would be taken; false while the gateway starts or has as many as it is set to take.</summary>
    bool HasRoom => true;

    /// <summary>Takes the stream's name and answers the offer.</summary>
    /// <param name="request">Who wants to publish what.</param>
    /// <param name="answer">Our SDP, when the offer was accepted.</param>
    /// <param name="refusal">Why not, in words for the person who publishes.</param>
    bool TryPublish(PeerPublishRequest request, [NotNullWhen(true)] out string? answer, out string? refusal);

    /// <summary>
    /// Answers the offer of a viewer of a stream. Without the stream it is refused with <see cref="StreamNotFound"/>, or waits for its
    /// publisher when <c>WebRtc:WaitForPublisher</c> says so.
    /// </summary>
    /// <param name="request">Who wants to play what.</param>
    /// <param name="answer">Our SDP, when the offer was accepted.</param>
    /// <param name="refusal">Why not, in words for the person who plays.</param>
    bool TryPlay(PeerPlayRequest request, [NotNullWhen(true)] out string? answer, out string? refusal);

    /// <summary>
    /// Restarts ICE of a session (RFC 8445 9): new credentials on both sides, the same DTLS association and media. The description is a
    /// new offer of the same session, or a trickle fragment (RFC 8840) with a new username fragment; the answer is of the same kind.
    /// </summary>
    /// <param name="mediaSessionId">Which session.</param>
    /// <param name="description">What the peer says.</param>
    /// <param name="answer">What we say, when it was accepted.</param>
    /// <param name="refusal">Why not, in words; "no such session" included.</param>
    bool TryRestart(string mediaSessionId, string description, [NotNullWhen(true)] out string? answer, out string? refusal);

    /// <summary>Ends a session of either direction; false when there is none of that id.</summary>
    bool TryEnd(string mediaSessionId, SessionEndReason reason, string detail);

    /// <summary>
    /// Lets a viewer go over to another level of its stream, at a keyframe and within the same session; false when there is no such viewer.
    /// What becomes of it the observer hears.
    /// </summary>
    /// <param name="mediaSessionId">Which.</param>
    /// <param name="quality">As <see cref="PeerPlayRequest.Quality"/>.</param>
    bool TrySetQuality(string mediaSessionId, string quality) => false;

    /// <summary>
    /// Sends a data message into the stream, at the time of its newest frame. False when there is no such session, no media yet, or too
    /// much data on its way.
    /// </summary>
    /// <param name="mediaSessionId">Which.</param>
    /// <param name="message">The body of an AMF0 data message; not to be changed afterwards.</param>
    bool TrySendData(string mediaSessionId, ReadOnlyMemory<byte> message);

    /// <summary>
    /// Live figures of a session, at most a quarter of a second old: <see cref="PublisherFigures"/> or <see cref="PlayerFigures"/>; null
    /// when there is no such session.
    /// </summary>
    Task<PeerFigures?> FiguresAsync(string mediaSessionId);

    /// <summary>Tests whether the addresses that browsers are offered lead to the media port; null while it is not open.</summary>
    Task<MediaPortReport?> TestPortAsync(CancellationToken cancellationToken) => Task.FromResult<MediaPortReport?>(null);
}

/// <summary>An offer to publish.</summary>
/// <param name="MediaSessionId">Names the session; not guessable, since whoever knows it may end the session.</param>
/// <param name="Key">The stream to publish.</param>
/// <param name="Offer">The peer's SDP.</param>
/// <param name="LocalAddress">Our address that the peer has reached for signalling: the one that is known to work. Null if unknown.</param>
/// <param name="Observer">Hears how the session fares.</param>
internal sealed record PeerPublishRequest(
    string MediaSessionId,
    StreamKey Key,
    string Offer,
    IPAddress? LocalAddress,
    IPeerObserver Observer);

/// <summary>An offer to play.</summary>
/// <param name="MediaSessionId">Names the session; not guessable, since whoever knows it may end the session.</param>
/// <param name="Key">The stream to play.</param>
/// <param name="Offer">The peer's SDP.</param>
/// <param name="LocalAddress">Our address that the peer has reached for signalling: the one that is known to work. Null if unknown.</param>
/// <param name="Observer">Hears how the session fares.</param>
/// <param name="IsSilent">Whether the viewer is to hear nothing (WCS's <c>suppress_sound</c>).</param>
/// <param name="Quality">The level of the stream's ladder, <c>source</c> for the stream as it is published, or <c>auto</c>; null: as the name says.</param>
internal sealed record PeerPlayRequest(
    string MediaSessionId,
    StreamKey Key,
    string Offer,
    IPAddress? LocalAddress,
    IPeerObserver Observer,
    bool IsSilent = false,
    string? Quality = null);

/// <summary>Hears of a media session. Called on the media loop: implementations only post.</summary>
internal interface IPeerObserver
{
    /// <summary>The first frame has gone into the stream, or to the viewer.</summary>
    void MediaFlows(string mediaSessionId);

    /// <summary>A data message of the stream has come to a viewer.</summary>
    /// <param name="mediaSessionId">The viewer's session.</param>
    /// <param name="message">The body of an AMF0 data message; a copy of the implementation's own.</param>
    void DataArrived(string mediaSessionId, ReadOnlyMemory<byte> message)
    {
    }

    /// <summary>Something that people should know has begun, or is over.</summary>
    /// <param name="mediaSessionId">The session.</param>
    /// <param name="notice">What.</param>
    /// <param name="text">In words; null when it is over.</param>
    void Noticed(string mediaSessionId, PeerNotice notice, string? text)
    {
    }

    /// <summary>The session is over; the last call for this session.</summary>
    void Ended(string mediaSessionId, SessionEndReason reason, string detail);
}
