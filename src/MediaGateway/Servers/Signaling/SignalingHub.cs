using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Streams.Renditions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// The page's side of publishing and playing. Every refusal is a <see cref="HubException"/> whose message the page shows as it is. Its calls come one
/// after the other; the first one asks access control about the connection.
/// </summary>
internal sealed class SignalingHub(
    IPeerSessions publishing,
    SignalingSessions sessions,
    PageConnections pages,
    PageOffers offers,
    PageStreams pageStreams,
    IceServers iceServers,
    VideoIngest ingest,
    IOptions<HttpOptions> http,
    IOptions<RtmpOptions> rtmp,
    IOptions<WebRtcOptions> webRtc,
    IOptions<StreamOptions> streams) : Hub
{
    /// <summary>What the page needs to show the stream's RTMP address; the page is connected when it has it.</summary>
    public async Task<ServerInformation> ServerInformation()
    {
        await PageConnections.Of(Context).LetInAsync(Context.ConnectionAborted);
        return new ServerInformation(
            GatewayVersion.Current, webRtc.Value.AdvertisedAddresses.FirstOrDefault(), rtmp.Value.Port, streams.Value.DefaultApplication)
        {
            HttpPort = http.Value.Port,
            HttpsPort = http.Value.TlsEnabled ? http.Value.TlsPort : null,
            RtmpsPort = rtmp.Value.TlsEnabled ? rtmp.Value.TlsPort : null,
            IceServers = iceServers.For("page"),
            MediaAddresses = publishing.MediaAddresses,
            AcceptsVideo = ingest.AcceptedNames,
        };
    }

    /// <summary>Answers an offer to publish.</summary>
    public Task<MediaAnswer> Publish(PublishRequest request) => offers.PublishAsync(Caller, request, Context.ConnectionAborted);

    /// <summary>Answers an offer to play.</summary>
    public Task<MediaAnswer> Play(PlayRequest request) => offers.PlayAsync(Caller, request, Context.ConnectionAborted);

    /// <summary>Says whether a stream is there to be played.</summary>
    public async Task<AvailableAnswer> Available(AvailableRequest request) => await pageStreams.AvailableAsync(
        await PageConnections.Of(Context).LetInAsync(Context.ConnectionAborted), request, Context.ConnectionAborted);

    /// <summary>Sends data into a stream that this page publishes.</summary>
    public void SendData(DataRequest request) => pageStreams.Send(Context.ConnectionId, request);

    /// <summary>Live figures of a media session of this page; null when it is over.</summary>
    public async Task<object?> Figures(MediaSessionRequest request) => await pageStreams.FiguresAsync(Context.ConnectionId, request);

    /// <summary>Answers an offer by which the page restarts ICE of a media session, as after a change of its network.</summary>
    public RestartAnswer RestartIce(RestartRequest request)
    {
        if (request is not { MediaSessionId: { } id, Sdp: { } offer } || sessions.Find(id, Context.ConnectionId) is null)
        {
            throw new HubException(PageStreams.NoSession);
        }

        return publishing.TryRestart(id, offer, out string? answer, out string? refusal) ? new RestartAnswer(answer) : throw new HubException(refusal);
    }

    /// <summary>Goes over to another level of a stream that this page plays; when it is not to be had, a notice says why.</summary>
    public void SetQuality(QualityRequest request)
    {
        if (request is not { MediaSessionId: { } id, Quality: { } quality } || sessions.Find(id, Context.ConnectionId) is null)
        {
            throw new HubException(PageStreams.NoSession);
        }

        if (!QualityWish.IsValid(quality) || !publishing.TrySetQuality(id, quality))
        {
            throw new HubException("There is no such level.");
        }
    }

    /// <summary>Ends the publishing of one stream.</summary>
    public void Unpublish(MediaSessionRequest request) => End(request);

    /// <summary>Ends the playing of one stream.</summary>
    public void Stop(MediaSessionRequest request) => End(request);

    /// <summary>Takes a media session over to this connection after the page had to connect again.</summary>
    public void Resume(MediaSessionRequest request)
    {
        if (request?.MediaSessionId is not { } id || !sessions.TryMove(id, Context.ConnectionId))
        {
            throw new HubException("The stream has ended while the page was not connected.");
        }
    }

    /// <inheritdoc/>
    public override Task OnConnectedAsync()
    {
        pages.Begin(Context);
        return base.OnConnectedAsync();
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        PageConnections.Of(Context).Gone();
        sessions.Disconnected(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    private PageCaller Caller => new(
        PageConnections.Of(Context), Context.ConnectionId, Context.Features.Get<IHttpConnectionFeature>()?.LocalIpAddress);

    private void End(MediaSessionRequest request)
    {
        if (request?.MediaSessionId is not { } id || !publishing.TryEnd(id, SessionEndReason.Completed, "Stopped by user"))
        {
            throw new HubException(PageStreams.NoSession);
        }
    }
}
