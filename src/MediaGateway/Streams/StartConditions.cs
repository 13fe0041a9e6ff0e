using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What decides whether a waiting outlet may start now, and with which tracks.</summary>
/// <param name="Video">The format of the pictures, or null.</param>
/// <param name="SourceAudio">The format of the sound as it comes, or null.</param>
/// <param name="DerivedAudio">The format of the derived sound, or null.</param>
/// <param name="DerivedIsPending">Whether derived sound of the cached group is still being made.</param>
internal readonly record struct StartConditions(
    TrackFormat? Video, TrackFormat? SourceAudio, TrackFormat? DerivedAudio, bool DerivedIsPending)
{
    /// <summary>Whether <paramref name="subscription"/> may start.</summary>
    public bool Allow(Subscription subscription, GroupOfPicturesCache cache)
    {
        if (Video is not null && !subscription.Accepts(cache))
        {
            return false;
        }

        return !DerivedIsPending || subscription.Options.AudioCodec is null || subscription.Options.AudioCodec == SourceAudio?.Codec;
    }

    /// <summary>The tracks that exist for <paramref name="subscription"/>.</summary>
    public StreamFormats FormatsFor(Subscription subscription)
    {
        CodecId? wanted = subscription.Options.AudioCodec;
        TrackFormat? audio = SourceAudio?.Codec == wanted ? SourceAudio : DerivedAudio?.Codec == wanted ? DerivedAudio : null;
        return new StreamFormats(Video, audio);
    }
}
