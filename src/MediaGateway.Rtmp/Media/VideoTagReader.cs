using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Media;

/// <summary>Video tags of the classic form (Video File Format v10.1, E.4.3). One owner, one thread.</summary>
internal sealed class VideoTagReader(H264Track h264)
{
    private FlvTagFormat? _format;

    /// <summary>Reads a tag that is not enhanced.</summary>
    public TagOutcome Read(in FlvBody body)
    {
        byte header = body.Bytes[0];
        if (FlvVideoCodec.IsCommand(header))
        {
            return TagOutcome.Nothing;
        }

        return FlvVideoCodec.Read(header) switch
        {
            CodecId.H264 => ReadAvc(in body),
            { } codec => ReadOpaque(in body, codec),
            null => TagOutcome.Bad("video codec unknown to FLV"),
        };
    }

    private TagOutcome ReadAvc(in FlvBody body)
    {
        if (!FlvVideoTag.TryRead(body.Bytes, out FlvVideoTag tag))
        {
            return TagOutcome.Bad("AVC tag header cannot be read");
        }

        return tag.PacketType switch
        {
            FlvPacketType.SequenceHeader => h264.Configure(body.Bytes[FlvVideoTag.Length..]),
            FlvPacketType.Frame => h264.Read(
                in body, FlvVideoTag.Length, FlvVideoCodec.IsKeyframe(body.Bytes[0]), tag.CompositionMilliseconds),
            _ => TagOutcome.Nothing,
        };
    }

    private TagOutcome ReadOpaque(in FlvBody body, CodecId codec)
    {
        if (body.Length == 1)
        {
            return TagOutcome.Nothing;
        }

        if (_format?.Codec != codec)
        {
            _format = new FlvTagFormat(codec, TrackKind.Video, default);
        }

        return body.ToFrame(_format, 0, FlvVideoCodec.IsKeyframe(body.Bytes[0]));
    }
}
