using System.Text;
using MediaGateway.Api;
using MediaGateway.Http;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Mp4;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Servers.Hls;

/// <summary>Answers requests for playlists of live streams. Any thread.</summary>
internal sealed class HlsPlaylists(HlsStreams streams, HlsViewers viewers, ILadder ladder)
{
    private const string RetrySeconds = "1";

    // What x264 makes of 1080p, where a level has not shown its own yet: players that take it take every lower one.
    private const string LikelyVideo = "avc1.640028";

    /// <summary>The multivariant playlist: the stream, or the levels of its ladder.</summary>
    public async Task<IResult> IndexAsync(HttpContext context, StreamKey key, HlsContainer container)
    {
        (HlsViewer? viewer, IResult? refusal) = await viewers.AdmitAsync(context, key, _ => false);
        if (viewer is null)
        {
            return refusal!; // one of both is there
        }

        try
        {
            (HlsMuxer? muxer, string? words) = await streams.GetAsync(viewer.Key, container, context.RequestAborted);
            if (muxer is null)
            {
                return HttpRefusal.NoStream(context.Response, words);
            }

            (HlsAnswer answer, HlsInitialization? initialization) = await muxer.ReadInitializationAsync(context.RequestAborted);
            if (answer.Playlist is null || initialization is null)
            {
                return Refuse(context.Response, answer);
            }

            viewers.Begin(viewer, muxer.Stream);
            return new HlsText(HlsText.PlaylistType, Encoding.UTF8.GetBytes(Write(context, viewer, muxer, initialization)));
        }
        finally
        {
            viewers.RemoveUnserved(viewer);
        }
    }

    /// <summary>The media playlist of the stream or of one of its levels.</summary>
    public async Task<IResult> MediaAsync(HttpContext context, StreamKey key, HlsContainer container)
    {
        if (!HlsQuery.TryRead(context.Request, out HlsQuery query))
        {
            return ProblemReport.BadRequest("_HLS_msn and _HLS_part are whole numbers, and _HLS_part needs _HLS_msn.");
        }

        (HlsViewer? viewer, IResult? refusal) = await viewers.AdmitAsync(context, key, known => ladder.StreamOf(key) == known.Key);
        if (viewer is null)
        {
            return refusal!; // one of both is there
        }

        if (context.Request.Query[HlsViewers.Parameter] != viewer.Id)
        {
            return TypedResults.Redirect($"{context.Request.PathBase}{context.Request.Path}{HlsViewers.QueryOf(context.Request, viewer)}");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, viewer.Viewer.Ending);
        try
        {
            StreamKey wanted = key == viewer.Requested ? viewer.Key : key;
            (HlsMuxer? muxer, string? words) = await streams.GetAsync(wanted, container, ended.Token);
            if (muxer is null)
            {
                return HttpRefusal.NoStream(context.Response, words);
            }

            HlsAnswer answer = await muxer.ReadPlaylistAsync(query, ended.Token);
            if (answer.Playlist is not { } playlist)
            {
                return Refuse(context.Response, answer);
            }

            viewers.Begin(viewer, muxer.Stream);
            return new HlsText(HlsText.PlaylistType, WithReports(context, viewer, wanted, muxer, playlist));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return HlsViewers.Ended();
        }
        finally
        {
            viewers.RemoveUnserved(viewer);
        }
    }

    // How far the other levels are, for a player that changes to one of them (RFC 8216bis 4.4.5.4); of those that are not made nothing is known.
    private ReadOnlyMemory<byte> WithReports(HttpContext context, HlsViewer viewer, StreamKey key, HlsMuxer muxer, ReadOnlyMemory<byte> playlist)
    {
        if (muxer.HasEnded)
        {
            return playlist;
        }

        StringBuilder? text = null;
        foreach (StreamKey level in ladder.KeysOf(ladder.StreamOf(key) ?? key))
        {
            if (level != key && streams.FindRunning(level, muxer.Container)?.LastTold is { } last)
            {
                text ??= new StringBuilder();
                string address = $"../{level.Name}/{muxer.Container.Media()}{HlsViewers.QueryOf(context.Request, viewer)}";
                HlsPlaylistWriter.WriteReport(text, address, last.Number, last.Part);
            }
        }

        return text is null ? playlist : (byte[])[.. playlist.Span, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    private static JsonHttpResult<ProblemReport> Refuse(HttpResponse response, in HlsAnswer answer)
    {
        if (answer.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status404NotFound)
        {
            response.Headers.RetryAfter = RetrySeconds;
        }

        return ProblemReport.Answer(answer.Status, answer.Words ?? "There is no playlist.");
    }

    private string Write(HttpContext context, HlsViewer viewer, HlsMuxer muxer, HlsInitialization initialization)
    {
        string query = HlsViewers.QueryOf(context.Request, viewer);
        string media = muxer.Container.Media();
        StreamSnapshot snapshot = muxer.Stream.Snapshot();
        (int width, int height) = initialization.Video is H264Format picture ? (picture.Width, picture.Height) : (0, 0);
        var source = new HlsVariant($"{media}{query}", RateOf(snapshot), initialization.Codecs, width, height);
        IReadOnlyList<LadderLevel> levels = ladder.LevelsOf(viewer.Key);
        if (levels.Count <= 1)
        {
            return HlsMultivariantWriter.Write([source]);
        }

        string sound = Mp4Track.Of(initialization.Audio)?.CodecName is { } name ? $",{name}" : "";
        return HlsMultivariantWriter.Write([.. levels.Select(level => level.Key == viewer.Key
            ? source with { Name = level.Name, BitsPerSecond = Math.Max(level.BitsPerSecond, 1) }
            : new HlsVariant(
                $"../{level.Key.Name}/{media}{query}", Math.Max(level.BitsPerSecond, 1), LikelyVideo + sound, level.Width, level.Height, level.Name))]);
    }

    private static long RateOf(StreamSnapshot snapshot)
    {
        const long unknown = 2_000_000;
        long measured = snapshot.BitsPerSecond * 5 / 4; // segments differ: BANDWIDTH is the highest
        return measured > 0 ? measured : unknown;
    }
}
