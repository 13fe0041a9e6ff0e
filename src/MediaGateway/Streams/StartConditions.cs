using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What decides whether a waiting outlet may start now, and with which tracks.</summary>
/// <param name="Intake">What is known of the publisher.</param>
/// <param name="Derived">The converted sound.</param>
/// <param name="Now">Gateway time.</param>
internal readonly record struct StartConditions(StreamIntake Intake, DerivedSound Derived, TimeSpan Now)
{
    /// <summary>Whether <paramref name="subscription"/> may start.</summary>
    public bool Allow(Subscription subscription, GroupOfPicturesCache cache)
    {
        if (Intake.Tracks.Video is not null && !subscription.Accepts(cache))
        {
            return false;
        }

        return subscription.SoundCodec is not { } codec || codec == Intake.Tracks.Audio?.Codec || !Derived.IsAwaited(codec, Now, subscription.SoundMayFollow);
    }

    /// <summary>The tracks that exist for <paramref name="subscription"/>.</summary>
    public StreamFormats FormatsFor(Subscription subscription)
    {
        TrackFormat? audio = subscription.SoundCodec is not { } codec ? null
            : codec == Intake.Tracks.Audio?.Codec ? Intake.Tracks.Audio
            : Derived.FormatOf(codec, Now);
        return new StreamFormats(Intake.Tracks.Video, audio, Intake.Metadata, Intake.Additional);
    }
}
