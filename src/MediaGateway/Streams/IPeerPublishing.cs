using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>
/// Publishing over WebRTC as signalling sees it: an offer in, an answer or a refusal out. The servers for signalling (SignalR, HTTP)
/// and for media never know each other; they meet here. Safe to call from any thread.
/// </summary>
internal interface IPeerPublishing
{
    /// <summary>The addresses that browsers are offered, best first, before what is known of a single browser's way here.</summary>
    IReadOnlyList<IPAddress> OfferedAddresses { get; }

    /// <summary>Takes the stream's name and answers the offer.</summary>
    /// <param name="request">Who wants to publish what.</param>
    /// <param name="answer">Our SDP, when the offer was accepted.</param>
    /// <param name="refusal">Why not, in words for the person who publishes.</param>
    bool TryPublish(PeerPublishRequest request, [NotNullWhen(true)] out string? answer, out string? refusal);

    /// <summary>Ends a session; false when there is none of that id.</summary>
    bool TryEnd(string mediaSessionId, SessionEndReason reason, string detail);

    /// <summary>
    /// Sends a data message into the stream, at the time of its newest frame. False when there is no such session, no media yet, or too
    /// much data on its way.
    /// </summary>
    /// <param name="mediaSessionId">Which.</param>
    /// <param name="message">The body of an AMF0 data message; not to be changed afterwards.</param>
    bool TrySendData(string mediaSessionId, ReadOnlyMemory<byte> message);
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

/// <summary>Hears of a media session. Called on the media loop: implementations only post.</summary>
internal interface IPeerObserver
{
    /// <summary>The first frame has gone into the stream.</summary>
    void MediaFlows(string mediaSessionId);

    /// <summary>The session is over; the last call for this session.</summary>
    void Ended(string mediaSessionId, SessionEndReason reason, string detail);
}
