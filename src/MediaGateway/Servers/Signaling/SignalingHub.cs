using System.Net;
using System.Security.Cryptography;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// The page's side of publishing. Every refusal is a <see cref="HubException"/> whose message the page shows as it is.
/// </summary>
internal sealed class SignalingHub(
    IPeerPublishing publishing,
    SignalingSessions sessions,
    IOptions<RtmpOptions> rtmp,
    IOptions<WebRtcOptions> webRtc,
    IOptions<StreamOptions> streams) : Hub
{
    /// <summary>What the page needs to show the stream's RTMP address.</summary>
    public ServerInformation ServerInformation() =>
        new(GatewayVersion.Current, webRtc.Value.AdvertisedAddresses.FirstOrDefault(), rtmp.Value.Port, streams.Value.DefaultApplication);

    /// <summary>Answers an offer to publish.</summary>
    public PublishAnswer Publish(PublishRequest request)
    {
        if (request is not { StreamName: not null, Sdp: not null })
        {
            throw new HubException("The request to publish lacks the stream name or the session description.");
        }

        if (!StreamKey.TryCreate(streams.Value.DefaultApplication, request.StreamName, out StreamKey key, out string? refusal))
        {
            throw new HubException(refusal);
        }

        if (sessions.IsFull(Context.ConnectionId))
        {
            throw new HubException("This page publishes too many streams already; stop one first.");
        }

        string mediaSessionId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        sessions.Add(mediaSessionId, Context.ConnectionId);
        var observer = new SignalingObserver(sessions, key.Name);
        IPAddress? local = Context.Features.Get<IHttpConnectionFeature>()?.LocalIpAddress;
        var offer = new PeerPublishRequest(mediaSessionId, key, request.Sdp, local, observer);
        if (!publishing.TryPublish(offer, out string? answer, out refusal))
        {
            sessions.Remove(mediaSessionId);
            throw new HubException(refusal);
        }

        return new PublishAnswer(mediaSessionId, key.Name, answer);
    }

    /// <summary>Ends the publishing of one stream.</summary>
    public void Unpublish(MediaSessionRequest request)
    {
        if (request?.MediaSessionId is not { } id || !publishing.TryEnd(id, SessionEndReason.Completed, "Stopped by user"))
        {
            throw new HubException("There is no such media session; it may have ended already.");
        }
    }

    /// <summary>Takes a media session over to this connection after the page had to connect again.</summary>
    public void Resume(MediaSessionRequest request)
    {
        if (request?.MediaSessionId is not { } id || !sessions.TryMove(id, Context.ConnectionId))
        {
            throw new HubException("The stream has ended while the page was not connected.");
        }
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        sessions.Disconnected(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }
}
