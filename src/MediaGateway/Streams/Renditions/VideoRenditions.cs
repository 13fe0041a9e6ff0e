using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Streams.Ladders;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams.Renditions;

/// <summary>
/// The renditions of streams that WebRTC viewers cannot be shown as they are published: each begins with the first viewer who needs it, one
/// per stream however many they are, and ends when there has been none for <c>Video:Linger</c>. Any thread; no call waits for a codec.
/// </summary>
internal sealed class VideoRenditions(
    StreamRegistry streams, VideoWorkers workers, ConversionBudget budget, IOptions<VideoOptions> options, ILogger<VideoRenditions> logger) : IVideoRenditions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LiveStream, Rendition> _renditions = [];

    /// <summary>How long a rendition goes on without viewers.</summary>
    public TimeSpan Linger => options.Value.Linger;

    /// <summary>Whether a stream's pictures of a format need to be converted for WebRTC viewers, and are of a kind that can be.</summary>
    public static bool IsConvertible(LiveStream source, TrackFormat format) => format is H264Format && source.HasBFrames;

    /// <inheritdoc/>
    public LiveStream? ForWebRtc(LiveStream source, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(source);
        Rendition? rendition;
        lock (_lock)
        {
            TrackFormat? video = source.Snapshot().Video;
            if (_renditions.TryGetValue(source, out rendition) && IsStillRight(rendition, video))
            {
                refusal = rendition.Failure;
                return refusal is null ? rendition.Stream : null;
            }

            refusal = Refuse(source, video);
            if (refusal is not null || !workers.TryReserve(out VideoWorker? worker, out refusal))
            {
                return null;
            }

            rendition = new Rendition(source, this, streams);
            _renditions[source] = rendition;
            budget.Reserve(rendition.Cost);
            if (!rendition.TryBegin(new VideoBridge(new LeaseConversion(rendition.Lease, workers, source), workers, rendition), worker))
            {
                refusal = "The stream has ended.";
                return null;
            }
        }

        logger.RenditionStarted(source.Key);
        return rendition.Stream;
    }

    /// <summary>A rendition has ended. One that has failed is remembered as long as its source is the same: the next would fail as well.</summary>
    internal void Ended(Rendition rendition)
    {
        budget.Release(rendition.Cost);
        lock (_lock)
        {
            bool isRemembered = rendition.Failure is not null && rendition.Source.State != StreamState.Ended;
            if (!isRemembered && _renditions.GetValueOrDefault(rendition.Source) == rendition)
            {
                _renditions.Remove(rendition.Source);
            }

            foreach (LiveStream gone in _renditions.Keys.Where(source => source.State == StreamState.Ended).ToArray())
            {
                _renditions.Remove(gone);
            }
        }

        logger.RenditionStopped(rendition.Source.Key, rendition.Bridge?.DroppedPictures ?? 0, rendition.Bridge?.SkippedPictures ?? 0);
    }

    private static bool IsStillRight(Rendition rendition, TrackFormat? video) =>
        rendition.Failure is null ? !rendition.IsOver : video?.Equals(rendition.Format) == true;

    private string? Refuse(LiveStream source, TrackFormat? video)
    {
        if (!options.Value.ConvertBFrames)
        {
            return "Converting pictures for viewers is switched off (Video:ConvertBFrames).";
        }

        return video is null || !IsConvertible(source, video) ? "Only H.264 is converted for WebRTC viewers." : null;
    }
}
