using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>Takes a page's offer: asks whether it may publish, and only then makes anything of it. Any thread.</summary>
internal sealed class PagePublishing(
    IPeerSessions publishing,
    SignalingSessions sessions,
    IAccessControl access,
    SessionDirectory directory,
    GatewayClock clock,
    IOptions<StreamOptions> streams)
{
    /// <summary>Publishes.</summary>
    /// <param name="page">Whose offer it is.</param>
    /// <param name="connectionId">Its signalling connection.</param>
    /// <param name="local">Our address that it reached.</param>
    /// <param name="request">The offer.</param>
    /// <param name="cancellationToken">Cancelled when the page has gone: whatever is answered later is nobody's.</param>
    /// <exception cref="HubException">Refused; the message says why.</exception>
    public async Task<PublishAnswer> PublishAsync(
        PageConnection page, string connectionId, IPAddress? local, PublishRequest request, CancellationToken cancellationToken)
    {
        if (request is not { StreamName: not null, Sdp: not null })
        {
            throw new HubException("The request to publish lacks the stream name or the session description.");
        }

        ClientConnection client = await page.LetInAsync(cancellationToken);
        if (!StreamKey.TryCreate(streams.Value.DefaultApplication, request.StreamName, out StreamKey key, out string? refusal))
        {
            throw new HubException(refusal);
        }

        if (PageParameters.Read(request.Parameters) is not { } parameters)
        {
            throw new HubException(PageParameters.TooMany);
        }

        if (sessions.IsFull(connectionId))
        {
            throw new HubException("This page publishes too many streams already; stop one first.");
        }

        MediaSession session = Describe(client, key, request, parameters);
        var its = new PageSession(session, page, directory);
        sessions.Add(session.Id, connectionId, its);
        try
        {
            await AskAsync(session, cancellationToken);
            return Publish(its, local, request.Sdp);
        }
        catch (Exception exception) when (exception is HubException or OperationCanceledException)
        {
            sessions.Remove(session.Id);
            throw;
        }
    }

    private MediaSession Describe(
        ClientConnection client, StreamKey key, PublishRequest request, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string id = Guid.NewGuid().ToString();
        return new MediaSession
        {
            Id = id,
            Connection = client,
            Key = key,
            IsPublisher = true,
            Parameters = parameters,
            Sdp = request.Sdp,
            HasAudio = request.Sdp.Contains("m=audio ", StringComparison.Ordinal),
            HasVideo = request.Sdp.Contains("m=video ", StringComparison.Ordinal),
            Record = request.Record,
            StartedAt = clock.Now,
            End = (reason, detail) => publishing.TryEnd(id, reason, detail),
            Status = MediaSessionStatus.Pending,
        };
    }

    private async Task AskAsync(MediaSession session, CancellationToken cancellationToken)
    {
        AccessVerdict verdict = await access.PublishAsync(session, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (!verdict.IsAllowed)
        {
            throw new HubException(verdict.Reason);
        }

        if (verdict.StreamName is { } name)
        {
            session.Key = StreamKey.TryCreate(session.Key.Application, name, out StreamKey renamed, out string? refusal)
                ? renamed
                : throw new HubException(refusal);
        }
    }

    private PublishAnswer Publish(PageSession its, IPAddress? local, string offer)
    {
        MediaSession session = its.Session;
        its.Begin();
        var observer = new SignalingObserver(sessions, its);
        var request = new PeerPublishRequest(session.Id, session.Key, offer, local, observer);
        if (publishing.TryPublish(request, out string? answer, out string? refusal))
        {
            return new PublishAnswer(session.Id, session.Key.Name, answer);
        }

        its.End(MediaSessionStatus.Failed, refusal ?? "Refused");
        throw new HubException(refusal);
    }
}
