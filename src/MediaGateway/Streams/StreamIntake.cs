using MediaGateway.Configuration;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// What a stream knows of its publisher, and the way of a frame from there into the cache, to the outlets and to the audio bridges. Used
/// under the stream's lock.
/// </summary>
internal sealed class StreamIntake(
    GroupOfPicturesCache cache, SubscriptionList subscriptions, DerivedSound derived, StreamOptions options, StreamDrops drops)
{
    private readonly AdditionalTracks _additional = new();
    private readonly ContinuedTimeline _timeline = new();
    private bool _awaitsKeyframe;

    /// <summary>The publisher's pictures and sound.</summary>
    public TrackTable Tracks { get; private set; } = new(ExpectedTracks.None);

    /// <summary>Whether its pictures are shown in another order than they come in.</summary>
    public PictureOrder Order { get; } = new();

    /// <summary>The formats of its further tracks; null when there are none.</summary>
    public IReadOnlyList<TrackFormat>? Additional => _additional.Formats;

    /// <summary>What it has said of the stream, or null.</summary>
    public StreamMetadata? Metadata { get; private set; }

    /// <summary>What has come so far, from every publisher.</summary>
    public PublisherCounters Counters { get; } = new();

    /// <summary>Gets ready for a publisher: what was cached and known of the one before it is of no use to those who join.</summary>
    public void Begin(PublishLease lease, bool isFirst)
    {
        Tracks = new TrackTable(lease.Tracks);
        cache.MaximumDuration = lease.Control.AnswersKeyframeRequests ? options.CacheDuration : options.EncoderCacheDuration;
        Counters.Skew.Clear();
        if (isFirst)
        {
            return;
        }

        _timeline.Continue();
        Order.Clear();
        _additional.Clear();
        cache.Clear();
        subscriptions.ForgetAdditional();
        (Metadata, _awaitsKeyframe) = (null, true);
    }

    /// <summary>Takes the publisher's words about the stream.</summary>
    public void Describe(StreamMetadata metadata)
    {
        Metadata = metadata;
        subscriptions.Describe(metadata);
    }

    /// <summary>Takes a frame; takes over the reference and gives one back, to the frame as viewers see it.</summary>
    public MediaFrame Take(MediaFrame frame, TimeSpan now)
    {
        Counters.Count(frame, now);
        if (frame.Kind == TrackKind.Data)
        {
            frame = _timeline.PlaceAside(frame, now);
            subscriptions.OfferData(frame);
            return frame;
        }

        return AdditionalTracks.Includes(frame) ? TakeAdditional(frame, now) : TakeMain(frame, now);
    }

    private MediaFrame TakeMain(MediaFrame frame, TimeSpan now)
    {
        frame = _timeline.Place(frame, now);
        if (frame.Kind == TrackKind.Video)
        {
            Order.Note(frame);
        }

        if (Tracks.Note(frame, now))
        {
            subscriptions.ResolveSound(frame.Format.Codec);
        }

        if (!IsOfUse(frame))
        {
            drops.Add(StreamDropReason.PublisherChanged, 1);
            return frame;
        }

        TimeSpan time = frame.Decoding.ToTimeSpan();
        cache.Append(frame, time);
        subscriptions.Offer(frame, time);
        derived.Offer(frame, now);
        return frame;
    }

    private MediaFrame TakeAdditional(MediaFrame frame, TimeSpan now)
    {
        frame = _timeline.PlaceAside(frame, now);
        int place = _additional.Note(frame);
        if (place >= 0)
        {
            subscriptions.OfferAdditional(frame, place);
        }

        return frame;
    }

    /// <summary>
    /// After a change of publisher viewers still hold the last one's pictures: a picture that builds on some that they have not seen would
    /// spoil them.
    /// </summary>
    private bool IsOfUse(MediaFrame frame)
    {
        if (!_awaitsKeyframe || frame.Kind == TrackKind.Audio)
        {
            return true;
        }

        _awaitsKeyframe = !frame.IsKeyframe;
        return frame.IsKeyframe;
    }
}
