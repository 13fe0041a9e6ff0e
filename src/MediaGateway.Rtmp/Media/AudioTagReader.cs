using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Media;

/// <summary>Audio tags of the classic form (Video File Format v10.1, E.4.2). One owner, one thread.</summary>
internal sealed class AudioTagReader(AacTrack aac)
{
    private const int HeaderLength = 1;

    private PlainAudioFormat? _plain;
    private FlvTagFormat? _opaque;

    /// <summary>Reads a tag that is not enhanced.</summary>
    public TagOutcome Read(in FlvBody body)
    {
        byte header = body.Bytes[0];
        if (header >> 4 == (int)FlvSoundFormat.Aac)
        {
            return ReadAac(in body);
        }

        if (body.Length == HeaderLength)
        {
            return TagOutcome.Nothing;
        }

        return FlvSound.ReadOpaqueCodec(header) is { } codec ? ReadOpaque(in body, codec) : ReadPlain(in body, header);
    }

    private TagOutcome ReadAac(in FlvBody body)
    {
        if (!FlvAudioTag.TryRead(body.Bytes, out FlvAudioTag tag))
        {
            return body.Length < FlvAudioTag.Length ? TagOutcome.Nothing : TagOutcome.Bad("AAC tag header cannot be read");
        }

        return tag.PacketType == FlvPacketType.SequenceHeader
            ? aac.Configure(body.Bytes[FlvAudioTag.Length..])
            : aac.Read(in body, FlvAudioTag.Length);
    }

    private TagOutcome ReadPlain(in FlvBody body, byte header)
    {
        if (FlvSound.ReadFormat(header, body.Bytes[HeaderLength..], _plain) is not { } format)
        {
            return TagOutcome.Bad("audio codec unknown to FLV");
        }

        _plain = format;
        return body.ToFrame(format, HeaderLength, isKeyframe: true);
    }

    private TagOutcome ReadOpaque(in FlvBody body, CodecId codec)
    {
        if (_opaque?.Codec != codec)
        {
            _opaque = new FlvTagFormat(codec, TrackKind.Audio, default);
        }

        return body.ToFrame(_opaque, 0, isKeyframe: true);
    }
}
