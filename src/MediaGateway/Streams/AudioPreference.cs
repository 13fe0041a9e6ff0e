using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// Which codec of the sound an outlet wants, decided against what the publisher sends. Equal preferences share one outlet.
/// </summary>
/// <param name="Wanted">The codec asked for by name; null: as the publisher sends it where <paramref name="Accepted"/> allows.</param>
/// <param name="Accepted">The codecs that the outlet takes as they come when none was asked for.</param>
/// <param name="Fallback">The codec for everything else; null for an outlet without sound.</param>
internal sealed record AudioPreference(CodecId? Wanted, CodecSet Accepted, CodecId? Fallback)
{
    /// <summary>No sound.</summary>
    public static AudioPreference None { get; } = new(null, CodecSet.Empty, null);

    /// <summary>AAC, whatever the publisher sends.</summary>
    public static AudioPreference Aac { get; } = new(CodecId.Aac, CodecSet.Empty, CodecId.Aac);

    /// <summary>Opus, whatever the publisher sends.</summary>
    public static AudioPreference Opus { get; } = new(CodecId.Opus, CodecSet.Empty, CodecId.Opus);

    /// <summary>The codec that the outlet gets of a publisher who sends <paramref name="source"/>; null for no sound.</summary>
    public CodecId? Resolve(CodecId source) => Wanted ?? (Accepted.Contains(source) ? source : Fallback);
}
