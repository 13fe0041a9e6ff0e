using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Vod;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// Takes a page's offers to publish and to play: asks whether it may, and only then makes anything of them. Any thread.
/// </summary>
internal sealed class PageOffers(
    IPeerSessions peers,
    SignalingSessions sessions,
    IAccessControl access,
    VodStreams files,
    SessionDirectory directory,
    GatewayClock clock,
    IOptions<StreamOptions> streams)
{
    /// <summary>The parameter that is <c>true</c> for a player that is to hear nothing, as WCS names it.</summary>
    private const string SilenceParameter = "suppress_sound";

    /// <summary>Publishes.</summary>
    /// <param name="caller">Whose offer it is.</param>
    /// <param name="request">The offer.</param>
    /// <param name="cancellationToken">Cancelled when the page has gone: whatever is answered later is nobody's.</param>
    /// <exception cref="HubException">Refused; the message says why.</exception>
    public Task<MediaAnswer> PublishAsync(PageCaller caller, PublishRequest request, CancellationToken cancellationToken) =>
        TakeAsync(caller, new PageOffer(request?.StreamName, request?.Sdp, request?.Parameters, true, request?.Record ?? false), cancellationToken);

    /// <summary>Plays.</summary>
    /// <param name="caller">Whose offer it is.</param>
    /// <param name="request">The offer.</param>
    /// <param name="cancellationToken">Cancelled when the page has gone: whatever is answered later is nobody's.</param>
    /// <exception cref="HubException">Refused; the message says why.</exception>
    public Task<MediaAnswer> PlayAsync(PageCaller caller, PlayRequest request, CancellationToken cancellationToken) =>
        TakeAsync(caller, new PageOffer(request?.StreamName, request?.Sdp, request?.Parameters, false), cancellationToken);

    private async Task<MediaAnswer> TakeAsync(PageCaller caller, PageOffer offer, CancellationToken cancellationToken)
    {
        if (offer is not { StreamName: not null, Sdp: not null })
        {
            throw new HubException("The request lacks the stream name or the session description.");
        }

        ClientConnection client = await caller.Page.LetInAsync(cancellationToken);
        if (!TryCreateKey(offer, out StreamKey key, out string? refusal))
        {
            throw new HubException(refusal);
        }

        if (PageParameters.Read(offer.Parameters) is not { } parameters)
        {
            throw new HubException(PageParameters.TooMany);
        }

        if (sessions.IsFull(caller.ConnectionId))
        {
            throw new HubException("This page publishes and plays too many streams already; stop one first.");
        }

        MediaSession session = Describe(client, key, offer, parameters);
        var its = new PageSession(session, caller.Page, directory);
        sessions.Add(session.Id, caller.ConnectionId, its);
        try
        {
            await AskAsync(session, cancellationToken);
            if (!session.IsPublisher && await files.IsMissingAsync(session.Key))
            {
                throw new HubException(IPeerSessions.StreamNotFound);
            }

            return Begin(its, caller.Local);
        }
        catch
        {
            sessions.Remove(session.Id);
            throw;
        }
    }

    // Only what is played may be a file.
    private bool TryCreateKey(in PageOffer offer, out StreamKey key, [NotNullWhen(false)] out string? refusal) => offer.IsPublisher
        ? StreamKey.TryCreate(streams.Value.DefaultApplication, offer.StreamName, out key, out refusal)
        : files.TryCreatePageKey(streams.Value.DefaultApplication, offer.StreamName!, out key, out refusal); // Checked by the caller.

    private MediaSession Describe(
        ClientConnection client, StreamKey key, PageOffer offer, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string id = Guid.NewGuid().ToString();
        return new MediaSession
        {
            Id = id,
            Connection = client,
            Key = key,
            IsPublisher = offer.IsPublisher,
            Parameters = parameters,
            Sdp = offer.Sdp,
            HasAudio = offer.Sdp!.Contains("m=audio ", StringComparison.Ordinal), // Checked by the caller.
            HasVideo = offer.Sdp.Contains("m=video ", StringComparison.Ordinal),
            Record = offer.Record,
            StartedAt = clock.Now,
            End = (reason, detail) => peers.TryEnd(id, reason, detail),
            Status = MediaSessionStatus.Pending,
        };
    }

    private async Task AskAsync(MediaSession session, CancellationToken cancellationToken)
    {
        AccessVerdict verdict = session.IsPublisher
            ? await access.PublishAsync(session, cancellationToken)
            : await access.PlayAsync(session, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (!verdict.IsAllowed)
        {
            throw new HubException(verdict.Reason);
        }

        if (verdict.StreamName is { } name)
        {
            session.Key = files.TryCreateKey(session.Key.Application, name, out StreamKey renamed, out string? refusal)
                ? renamed
                : throw new HubException(refusal);
        }
    }

    private MediaAnswer Begin(PageSession its, IPAddress? local)
    {
        MediaSession session = its.Session;
        its.Begin();
        var observer = new SignalingObserver(sessions, its, clock);
        string offer = session.Sdp!; // Every session of a page has its offer.
        string? answer = null;
        string? refusal = null;
        try
        {
            bool isAccepted = session.IsPublisher
                ? peers.TryPublish(new PeerPublishRequest(session.Id, session.Key, offer, local, observer), out answer, out refusal)
                : peers.TryPlay(new PeerPlayRequest(session.Id, session.Key, offer, local, observer, IsSilent(session), QualityOf(session)), out answer, out refusal);
            return isAccepted ? new MediaAnswer(session.Id, session.Key.Name, answer!) : throw new HubException(refusal); // Not null: it was accepted.
        }
        finally
        {
            if (answer is null)
            {
                its.End(MediaSessionStatus.Failed, refusal ?? "Failed by error");
            }
        }
    }

    private static string? QualityOf(MediaSession session) =>
        session.Parameters.FirstOrDefault(static parameter => parameter.Key == QualityWish.Parameter).Value;

    private static bool IsSilent(MediaSession session) => session.Parameters.Concat(session.Connection.Parameters)
        .FirstOrDefault(static parameter => parameter.Key == SilenceParameter)
        .Value is { } value && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private sealed record PageOffer(
        string? StreamName, string? Sdp, IReadOnlyDictionary<string, string>? Parameters, bool IsPublisher, bool Record = false);
}
