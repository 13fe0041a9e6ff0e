using System.Text;
using System.Text.Json;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Hooks;
using MediaGateway.Media.Frames;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Vod;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Signaling;

/// <summary>What a page may do with streams besides publishing them: ask whether one is there, and send data into its own. Any thread.</summary>
internal sealed class PageStreams(
    IPeerSessions publishing,
    SignalingSessions sessions,
    StreamRegistry registry,
    ILadder ladder,
    VodStreams files,
    PageHooks hooks,
    GatewayClock clock,
    IOptions<StreamOptions> streams)
{
    /// <summary>Longest data, in bytes of JSON.</summary>
    public const int MaximumDataBytes = 64 * 1024;

    /// <summary>Deepest data.</summary>
    public const int MaximumDataDepth = 32;

    /// <summary>What a page is told that names a media session which is not its own.</summary>
    public const string NoSession = "There is no such media session; it may have ended already.";

    /// <summary>Whether a stream or a file is there, if the page may know.</summary>
    public async Task<AvailableAnswer> AvailableAsync(ClientConnection client, AvailableRequest request, CancellationToken cancellationToken)
    {
        if (!files.TryCreatePageKey(streams.Value.DefaultApplication, request?.StreamName ?? "", out StreamKey key, out string? refusal))
        {
            throw new HubException(refusal);
        }

        if (PageParameters.Read(request!.Parameters) is not { } parameters)
        {
            throw new HubException(PageParameters.TooMany);
        }

        var question = new MediaSession
        {
            Id = Guid.NewGuid().ToString(),
            Connection = client,
            Key = key,
            IsPublisher = false,
            Parameters = parameters,
            StartedAt = clock.Now,
            End = static (_, _) => { },
        };
        AccessVerdict verdict = await hooks.AvailableAsync(question, cancellationToken);
        return !verdict.IsAllowed ? new AvailableAnswer(false, verdict.Reason)
            : files.PlaysFiles(key.Application) ? await DescribeFileAsync(key)
            : registry.Find(key) is { } stream ? Describe(stream.Snapshot()) with { Levels = LevelsOf(key) }
            : new AvailableAnswer(false, IPeerSessions.StreamNotFound);
    }

    /// <summary>Live figures of a media session of the page; null when it is over.</summary>
    /// <exception cref="HubException">It is not the page's.</exception>
    public Task<PeerFigures?> FiguresAsync(string connectionId, MediaSessionRequest request) =>
        request?.MediaSessionId is { } id && sessions.Find(id, connectionId) is not null
            ? publishing.FiguresAsync(id)
            : throw new HubException(NoSession);

    /// <summary>
    /// Sends data into a stream: to the backend as <c>OnDataEvent</c>, and to players as the data message <c>onTextData</c>, whose
    /// property <c>text</c> is the JSON, at the time of the newest frame.
    /// </summary>
    /// <exception cref="HubException">Refused; the message says why.</exception>
    public void Send(string connectionId, DataRequest request)
    {
        if (request?.MediaSessionId is not { } id || sessions.Find(id, connectionId) is not { } its)
        {
            throw new HubException(NoSession);
        }

        if (!its.Data.TryTake(clock.Now))
        {
            throw new HubException($"Data comes too fast: {DataBudget.PerSecond} pieces per second are taken.");
        }

        string json = request.Payload.ValueKind == JsonValueKind.Undefined ? "null" : request.Payload.GetRawText();
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        if (utf8.Length > MaximumDataBytes || !CheckedJson.TryParse(utf8, MaximumDataDepth, out _))
        {
            throw new HubException($"Data must be JSON of at most {MaximumDataBytes} bytes.");
        }

        if (!publishing.TrySendData(id, DataText.Write(json)))
        {
            throw new HubException("Publish stream is not ready");
        }

        hooks.Data(its.Session, json);
    }

    private string[] LevelsOf(StreamKey key) =>
        [.. ladder.LevelsOf(key).Where(static level => level.Origin != LevelOrigin.Source).Select(static level => level.Name)];

    private async Task<AvailableAnswer> DescribeFileAsync(StreamKey key)
    {
        VodOpening opening = await files.OpenAsync(key);
        using VodFile? file = opening.File;
        return file is null
            ? new AvailableAnswer(false, opening.IsMissing ? IPeerSessions.StreamNotFound : opening.Refusal)
            : Describe(file.Index.Track(TrackKind.Video)?.Format, file.Index.Track(TrackKind.Audio)?.Format) with { HasBFrames = file.Index.HasBFrames };
    }

    private static AvailableAnswer Describe(StreamSnapshot stream) => Describe(stream.Video, stream.Audio) with
    {
        HasBFrames = stream.HasBFrames,
        Viewers = stream.Viewers,
    };

    private static AvailableAnswer Describe(TrackFormat? pictures, TrackFormat? sound) => new(true, null)
    {
        Video = pictures is { } video
            ? new AvailableVideo(CodecNames.Of(video.Codec), (video as H264Format)?.Width, (video as H264Format)?.Height)
            : null,
        Audio = sound is { } audio ? new AvailableAudio(CodecNames.Of(audio.Codec)) : null,
    };
}
