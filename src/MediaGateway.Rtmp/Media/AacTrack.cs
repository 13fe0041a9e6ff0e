using MediaGateway.Media.Aac;
using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Media;

/// <summary>The AAC of a publisher, from tags of either form. One owner, one thread.</summary>
internal sealed class AacTrack
{
    /// <summary>The format in force; null before the first configuration.</summary>
    public AacFormat? Format { get; private set; }

    /// <summary>Takes an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). The same one again changes nothing.</summary>
    public TagOutcome Configure(ReadOnlySpan<byte> configuration)
    {
        if (Format is not null && configuration.SequenceEqual(Format.AudioSpecificConfig.Span))
        {
            return TagOutcome.Nothing;
        }

        if (configuration.Length > RtmpMediaReader.MaximumConfigurationBytes)
        {
            return TagOutcome.Bad("AAC configuration over the limit");
        }

        if (AudioSpecificConfig.ToFormat(configuration.ToArray()) is not { } format)
        {
            return TagOutcome.Bad("AAC configuration cannot be read");
        }

        Format = format;
        return TagOutcome.Nothing;
    }

    /// <summary>Makes a frame of the AAC frame that stands from <paramref name="offset"/> on.</summary>
    public TagOutcome Read(in FlvBody body, int offset)
    {
        if (offset >= body.Length)
        {
            return TagOutcome.Nothing;
        }

        return Format is null
            ? TagOutcome.Bad("AAC frame before its configuration")
            : body.ToFrame(Format, offset, isKeyframe: true);
    }
}
