using System.Text;
using MediaGateway.Api;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Hls;
using MediaGateway.Streams;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// Answers requests for the HLS of files: <c>/hls/vod/dir/clip.mp4/index.m3u8</c>, and for a set of files at several rates
/// <c>/hls/vod/dir/clip/index.m3u8</c>. Any thread.
/// </summary>
internal sealed class HlsFiles(HlsFileMuxer muxer, HlsViewers viewers, RecordedSets sets, GatewayMetrics metrics)
{
    private const string Missing = "There is no such file.";
    private const string Gone = "There is no such segment here: it is of an earlier run, or of another file.";
    private const long UnknownRate = 2_000_000;

    /// <summary>Answers with what lies at an address.</summary>
    /// <param name="context">The request.</param>
    /// <param name="application">An application that plays files.</param>
    /// <param name="path">What stands behind it in the address.</param>
    public async Task<IResult> ReadAsync(HttpContext context, string application, string path)
    {
        if (HlsFileAddress.Parse(path) is not { } address)
        {
            return ProblemReport.NotFound(Missing);
        }

        return address.Item is HlsFileItem.Index or HlsFileItem.Media
            ? await ReadPlaylistAsync(context, application, address)
            : await ReadMediaAsync(context, application, address);
    }

    private async Task<IResult> ReadPlaylistAsync(HttpContext context, string application, HlsFileAddress address)
    {
        if (!StreamKey.TryCreateFile(application, address.Name.Path, out StreamKey key, out string? refusal))
        {
            return ProblemReport.NotFound(refusal);
        }

        (HlsViewer? viewer, IResult? refused) = await viewers.AdmitAsync(context, key, Covers(key));
        if (viewer is null)
        {
            return refused!; // one of both is there
        }

        try
        {
            string? text = await WriteAsync(context, application, address, viewer);
            if (text is not null)
            {
                viewers.Begin(viewer, null);
                return new HlsText(HlsText.PlaylistType, Encoding.UTF8.GetBytes(text));
            }

            return ProblemReport.NotFound(Missing);
        }
        catch (MediaFileException exception)
        {
            return ProblemReport.Answer(StatusCodes.Status415UnsupportedMediaType, exception.Message);
        }
        finally
        {
            viewers.RemoveUnserved(viewer);
        }
    }

    // A set's files lie beside it, clip_720.mp4 beside clip: who may have the one may have the others.
    private static Func<HlsViewer, bool> Covers(StreamKey key) => known =>
        known.Requested.Application == key.Application && key.Name.StartsWith(known.Requested.Name + "_", StringComparison.Ordinal);

    private async Task<string?> WriteAsync(HttpContext context, string application, HlsFileAddress address, HlsViewer viewer)
    {
        string query = HlsViewers.QueryOf(context.Request, viewer);
        bool mayBeSet = address is { Item: HlsFileItem.Index, Name.Prefix: "" } && !Path.HasExtension(address.Name.Path);
        if (mayBeSet && await WriteSetAsync(application, address.Name, query) is { } set)
        {
            return set;
        }

        (VodFile? file, HlsFilePlan? plan, VodOpening opening) = await muxer.OpenAsync(application, address.Name);
        using (file)
        {
            if (file is not null && plan is not null)
            {
                HlsFileOrigin origin = muxer.OriginOf(application, file);
                return address.Item == HlsFileItem.Media
                    ? HlsFilePlaylistWriter.Write(plan, origin, $"{muxer.NameOf(application, address.Name)}/", $"?{HlsViewers.Parameter}={viewer.Id}")
                    : HlsMultivariantWriter.Write([Variant(file.Index, plan, query)]);
            }
        }

        return opening.IsMissing ? null : throw new MediaFileException(opening.Refusal ?? "The file cannot be played.");
    }

    private async Task<string?> WriteSetAsync(string application, VodName name, string query)
    {
        IReadOnlyList<RecordedLevel> levels = await sets.FindAsync(application, name.Path);
        if (levels.Count == 0)
        {
            return null;
        }

        string folder = name.Path[..(name.Path.LastIndexOf('/') + 1)];
        var variants = new List<HlsVariant>(levels.Count);
        foreach (RecordedLevel level in levels)
        {
            (VodFile? file, HlsFilePlan? plan, _) =
                VodName.TryParse(level.Name, out VodName? its, out _) ? await muxer.OpenAsync(application, its) : default;
            using (file)
            {
                if (file is not null && plan is not null && its is not null && its.Path.StartsWith(folder, StringComparison.Ordinal))
                {
                    HlsVariant variant = Variant(file.Index, plan, query);
                    variants.Add(variant with { Address = $"../{its.Path[folder.Length..]}/{variant.Address}" });
                }
            }
        }

        return variants.Count == 0 ? null : HlsMultivariantWriter.Write(variants);
    }

    private static HlsVariant Variant(MediaFile index, HlsFilePlan plan, string query)
    {
        (TrackFormat? video, TrackFormat? audio) = plan.Ranges[0];
        (int width, int height) = video is H264Format picture ? (picture.Width, picture.Height) : (0, 0);
        double seconds = index.Duration.TotalSeconds;
        long rate = seconds > 0 ? (long)(index.Tracks.Sum(track => track.Bytes) * 8 / seconds * 5 / 4) : 0;
        string codecs = new HlsInitialization(0, video, audio, null).Codecs;
        return new HlsVariant($"{HlsContainer.Fragments.Media()}{query}", rate > 0 ? rate : UnknownRate, codecs, width, height);
    }

    private async Task<IResult> ReadMediaAsync(HttpContext context, string application, HlsFileAddress address)
    {
        if (address.Secret != muxer.NameOf(application, address.Name))
        {
            return ProblemReport.NotFound(Gone);
        }

        if (!viewers.TryTouch(context.Request))
        {
            return HlsViewers.Ended();
        }

        (VodFile? file, HlsFilePlan? plan, VodOpening opening) = await muxer.OpenAsync(application, address.Name);
        using (file)
        {
            if (file is null || plan is null)
            {
                return ProblemReport.NotFound(opening.Refusal ?? Missing);
            }

            string type = plan.NeedsTransportStream ? HlsSegments.TransportStreamType : HlsSegments.Mp4Type;
            if (address.Item == HlsFileItem.Initialization)
            {
                return address.Number < plan.Ranges.Count
                    && HlsFileReader.PackagerOf(plan).Begin(plan.Ranges[address.Number].Video, plan.Ranges[address.Number].Audio) is { } bytes
                    ? new HlsText(type, bytes, isImmutable: true)
                    : ProblemReport.NotFound(Gone);
            }

            if (address.Number >= plan.Segments.Count)
            {
                return ProblemReport.NotFound(Gone);
            }

            try
            {
                return new HlsMedia(type, [await muxer.ReadAsync(file, file.Index, plan, address.Number, context.RequestAborted)], metrics);
            }
            catch (MediaFileException exception)
            {
                return ProblemReport.NotFound(exception.Message);
            }
        }
    }
}
