using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams.Ladders;

namespace MediaGateway.Streams.Renditions;

/// <summary>
/// One stream made of another: an outlet of the source, whose frames a bridge converts and publishes into a stream that nobody finds by its
/// name. It ends when it has had no viewers for the linger time, with the source, when the source's pictures need no conversion any more,
/// and when they cannot be converted. The source calls it as any outlet, its bridge as any source, the made stream as any publisher.
/// </summary>
internal sealed class Rendition : IStreamOutlet, IBridgeSource, IPublisherControl
{
    /// <summary>The viewer for whom it was begun attaches only when it has it: until then it is not without viewers, however short the linger.</summary>
    private static readonly TimeSpan FirstViewerTime = TimeSpan.FromSeconds(1);

    private readonly VideoRenditions _owner;
    private VideoBridge? _bridge;
    private TimeSpan _wantedAt;
    private string? _failure;

    /// <summary>Makes a rendition that does nothing before <see cref="TryBegin"/>.</summary>
    public Rendition(LiveStream source, VideoRenditions owner, StreamRegistry streams)
    {
        StreamSnapshot seen = source.Snapshot();
        (Source, _owner, Format, Cost) = (source, owner, seen.Video, ConversionBudget.CostOf(seen));
        ExpectedTracks tracks = ExpectedTracks.Video | (seen.Audio is null ? ExpectedTracks.None : ExpectedTracks.Audio);
        Lease = streams.PublishUnlisted(source.Key, tracks, this);
    }

    /// <summary>The stream that it is made of.</summary>
    public LiveStream Source { get; }

    /// <summary>The stream that is made.</summary>
    public LiveStream Stream => Lease.Stream;

    /// <summary>What feeds the stream that is made.</summary>
    public PublishLease Lease { get; }

    /// <summary>The format of the source's pictures when it began.</summary>
    public TrackFormat? Format { get; }

    /// <summary>What it takes of the budget of conversions, in pixels per second.</summary>
    public double Cost { get; }

    /// <summary>In words, why the pictures cannot be converted; null while they can.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether it has ended, or is about to.</summary>
    public bool IsOver => Bridge is not { IsOver: false };

    /// <summary>What converts the pictures; null before it has begun.</summary>
    public VideoBridge? Bridge => Volatile.Read(ref _bridge);

    /// <inheritdoc/>
    public string Protocol => "rendition";

    /// <inheritdoc/>
    public bool AnswersKeyframeRequests => true;

    /// <summary>Begins to convert. Once.</summary>
    /// <returns>False when the source has ended.</returns>
    public bool TryBegin(VideoBridge bridge, VideoWorker worker)
    {
        Volatile.Write(ref _bridge, bridge);
        worker.Adopt(bridge);
        bool isAttached = Source.Attach(this, new SubscriptionOptions(AudioPreference.Opus, StartPoint.CachedGroup));
        if (!isAttached)
        {
            bridge.Finish(StreamEndReason.Unpublished);
        }

        return isAttached;
    }

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        // The formats ride on the frames.
    }

    /// <inheritdoc/>
    public void Deliver(MediaFrame frame)
    {
        bool isPlainAgain = frame is { Kind: TrackKind.Video, IsKeyframe: true } && !VideoRenditions.IsConvertible(Source, frame.Format);
        Bridge!.Offer(frame); // Set before it was attached.
        if (isPlainAgain)
        {
            Bridge.Finish(StreamEndReason.Unpublished);
        }
    }

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata) => Lease.Describe(metadata);

    /// <inheritdoc/>
    public void End(StreamEndReason reason) => Bridge!.Finish(reason); // Set before it was attached.

    /// <inheritdoc/>
    void IBridgeSource.RequestKeyframe() => Source.RequestKeyframe();

    /// <inheritdoc/>
    public bool IsWanted(TimeSpan now)
    {
        _wantedAt = Stream.Outlets > 0 ? now
            : _wantedAt == TimeSpan.Zero ? now + FirstViewerTime
            : _wantedAt;
        return now - _wantedAt <= _owner.Linger;
    }

    /// <inheritdoc/>
    public void BridgeEnded(string? failure)
    {
        Volatile.Write(ref _failure, failure);
        Source.Detach(this);
        _owner.Ended(this);
    }

    /// <inheritdoc/>
    void IPublisherControl.RequestKeyframe() => Bridge?.RequestKeyframe();

    /// <inheritdoc/>
    public void End(SessionEndReason reason, string detail) => Bridge?.Finish(StreamEndReason.Unpublished);
}
