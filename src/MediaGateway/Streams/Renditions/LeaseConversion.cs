using MediaGateway.Media.Frames;

namespace MediaGateway.Streams.Renditions;

/// <summary>Pictures at the size of the source, into one lease.</summary>
/// <param name="lease">Where everything goes.</param>
/// <param name="workers">Whose clock, transcoders and figures it uses.</param>
/// <param name="known">The stream that people know it by: a rendition's source, or the lease's own.</param>
internal sealed class LeaseConversion(PublishLease lease, VideoWorkers workers, LiveStream known) : IBridgeConversion
{
    private IVideoTranscoder? _transcoder;

    /// <inheritdoc/>
    public StreamKey Key => lease.Stream.Key;

    /// <inheritdoc/>
    public StreamDrops Drops => known.Drops;

    /// <inheritdoc/>
    public bool NeedsKeyframe => _transcoder is { NeedsKeyframe: true };

    /// <inheritdoc/>
    public void Pass(MediaFrame frame) => lease.Publish(frame);

    /// <inheritdoc/>
    public void Convert(MediaFrame picture, PicturePlace place, bool isKeyframeWanted)
    {
        _transcoder ??= workers.Transcoders.Create();
        if (isKeyframeWanted)
        {
            _transcoder.RequestKeyframe();
        }

        _transcoder.Push(picture, place == PicturePlace.Shown);
        while (_transcoder.TryTake(out MediaFrame? converted))
        {
            workers.Metrics.PictureBridged(workers.Clock.Now - converted!.ReceivedAt); // Taken: not null.
            lease.Publish(converted);
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _transcoder?.Dispose();
        _transcoder = null;
    }

    /// <inheritdoc/>
    public void End(StreamEndReason reason) => lease.End(reason);
}
