using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams.Renditions;

/// <summary>
/// Publishers whose pictures are not H.264: what they send is converted before it goes into their stream, which is H.264 to everybody. Any
/// thread; no call waits for a codec.
/// </summary>
internal sealed class VideoIngest(VideoWorkers workers, IOptions<VideoOptions> options, ILogger<VideoIngest> logger)
{
    /// <summary>Beside H.264, by what costs least to convert: the order in which a page is to prefer them.</summary>
    private static readonly (CodecId Codec, string Name)[] Convertible =
        [(CodecId.Vp8, "VP8"), (CodecId.Vp9, "VP9"), (CodecId.Av1, "AV1")];

    /// <summary>The codecs in which pictures may be published: H.264, and what is switched on and FFmpeg can decode.</summary>
    public CodecSet Accepted => CodecSet.Of(CodecId.H264).Union(Converted);

    /// <summary>Their names as in SDP, the preferred first.</summary>
    public IReadOnlyList<string> AcceptedNames
    {
        get
        {
            CodecSet converted = Converted;
            return ["H264", .. Convertible.Where(entry => converted.Contains(entry.Codec)).Select(static entry => entry.Name)];
        }
    }

    /// <summary>Takes a worker for a publisher's pictures; it goes to <see cref="Begin"/>, or back with <see cref="GiveBack"/>.</summary>
    /// <param name="worker">The worker; null when there is none.</param>
    /// <param name="refusal">Why not, in words for the person who publishes.</param>
    public bool TryReserve([NotNullWhen(true)] out VideoWorker? worker, [NotNullWhen(false)] out string? refusal)
    {
        if (workers.TryReserve(out worker, out refusal))
        {
            return true;
        }

        refusal = $"This browser does not send H.264, so that the gateway would have to convert the pictures. {refusal}";
        return false;
    }

    /// <summary>Begins to convert into a lease. Whoever ends the lease closes the bridge.</summary>
    public VideoBridge Begin(VideoWorker worker, PublishLease lease, IBridgeSource source, CodecId codec)
    {
        var bridge = new VideoBridge(new LeaseConversion(lease, workers, lease.Stream), workers, source);
        worker.Adopt(bridge);
        logger.IngestConverted(lease.Stream.Key, codec);
        return bridge;
    }

    /// <summary>Gives a worker back that was not needed.</summary>
    public void GiveBack(VideoWorker worker) => workers.Release(worker);

    private CodecSet Converted => options.Value.AcceptOtherCodecs
        ? workers.Transcoders.Sources.Intersect(CodecSet.Of([.. Convertible.Select(static entry => entry.Codec)]))
        : CodecSet.Empty;
}
