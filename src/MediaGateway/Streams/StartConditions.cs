using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What decides whether a waiting outlet may start now, and with which tracks.</summary>
/// <param name="Tracks">The publisher's own formats.</param>
/// <param name="Derived">The converted sound.</param>
/// <param name="Metadata">What the publisher has said of the stream, or null.</param>
/// <param name="Additional">The formats of the further tracks, or null.</param>
/// <param name="Now">Gateway time.</param>
internal readonly record struct StartConditions(
    TrackTable Tracks, DerivedSound Derived, StreamMetadata? Metadata, IReadOnlyList<TrackFormat>? Additional, TimeSpan Now)
{
    /// <summary>Whether <paramref name="subscription"/> may start.</summary>
    public bool Allow(Subscription subscription, GroupOfPicturesCache cache)
    {
        if (Tracks.Video is not null && !subscription.Accepts(cache))
        {
            return false;
        }

        return subscription.SoundCodec is not { } codec || codec == Tracks.Audio?.Codec || !Derived.IsPending(codec, Now);
    }

    /// <summary>The tracks that exist for <paramref name="subscription"/>.</summary>
    public StreamFormats FormatsFor(Subscription subscription)
    {
        TrackFormat? audio = subscription.SoundCodec is not { } codec ? null
            : codec == Tracks.Audio?.Codec ? Tracks.Audio
            : Derived.FormatOf(codec);
        return new StreamFormats(Tracks.Video, audio, Metadata, Additional);
    }
}
