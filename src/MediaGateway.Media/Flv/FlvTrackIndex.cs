using MediaGateway.Media.Aac;
using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Flv;

/// <summary>What became of a tag of a file: a frame, or nothing, or a fault.</summary>
/// <param name="Format">The frame's format; null when the tag holds no frame.</param>
/// <param name="Offset">Where its payload starts in the tag's body.</param>
/// <param name="IsKeyframe">Whether decoding may start there.</param>
/// <param name="Composition">Presentation less decoding time, in milliseconds.</param>
/// <param name="LengthSize">For H.264, bytes of the lengths before its NAL units.</param>
/// <param name="FirstByte">What the first byte of the payload is replaced by; 0 for nothing.</param>
/// <param name="Fault">Why it is left out.</param>
internal readonly record struct FlvIndexed(
    TrackFormat? Format,
    int Offset = 0,
    bool IsKeyframe = false,
    int Composition = 0,
    int LengthSize = Avcc.LengthSize,
    byte FirstByte = 0,
    string? Fault = null)
{
    /// <summary>The tag holds no frame, and nothing is wrong.</summary>
    public static FlvIndexed Nothing => default;

    /// <summary>A fault.</summary>
    public static FlvIndexed Bad(string fault) => new(null, Fault: fault);
}

/// <summary>
/// The pictures or the sound of an FLV file: tells from the first bytes of each tag what it holds, and reads configurations whole. Tags of
/// both forms, classic and enhanced; of several tracks in one tag none is read. One owner, one thread.
/// </summary>
internal sealed class FlvTrackIndex(TrackKind kind)
{
    private const int CompositionLength = 3;
    private const int LowBits = 0x0F;

    // RFC 7845 5.1: "OpusHead", version, channels.
    private const int OpusChannelsOffset = 9;

    private H264Format? _h264;
    private int _lengthSize = Avcc.LengthSize;
    private AacFormat? _aac;
    private PlainAudioFormat? _plain;
    private FlvTagFormat? _opaque;
    private OpusFormat _opus = new(2);

    /// <summary>Pictures or sound.</summary>
    public TrackKind Kind => kind;

    /// <summary>The number in the index of the format of the frame before; kept by the indexer.</summary>
    public ushort? Entry { get; set; }

    /// <summary>Reads a tag.</summary>
    /// <param name="tag">Where its body lies.</param>
    /// <param name="head">The first bytes of the body; at least one.</param>
    public FlvIndexed Read(in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        byte first = head[0];
        if (FlvEnhancedTag.IsEnhanced(kind, first))
        {
            return ReadEnhanced(in tag, head);
        }

        return kind == TrackKind.Video ? ReadVideo(in tag, head) : ReadSound(in tag, head);
    }

    private FlvIndexed ReadVideo(in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        if (FlvVideoCodec.IsCommand(head[0]))
        {
            return FlvIndexed.Nothing;
        }

        bool isKeyframe = FlvVideoCodec.IsKeyframe(head[0]);
        switch (FlvVideoCodec.Read(head[0]))
        {
            case CodecId.H264 when !FlvVideoTag.TryRead(head, out _):
                return FlvIndexed.Nothing;
            case CodecId.H264:
                FlvVideoTag.TryRead(head, out FlvVideoTag avc);
                return avc.PacketType switch
                {
                    FlvPacketType.SequenceHeader => ConfigureH264(in tag, FlvVideoTag.Length),
                    FlvPacketType.Frame => H264Frame(FlvVideoTag.Length, isKeyframe, avc.CompositionMilliseconds),
                    _ => FlvIndexed.Nothing,
                };
            case { } codec when tag.Size > 1:
                return new FlvIndexed(Opaque(codec, isEnhanced: false), 0, isKeyframe);
            case null:
                return FlvIndexed.Bad("pictures in a codec unknown to FLV");
            default:
                return FlvIndexed.Nothing;
        }
    }

    private FlvIndexed ReadSound(in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        if (head[0] >> 4 == (int)FlvSoundFormat.Aac)
        {
            if (!FlvAudioTag.TryRead(head, out FlvAudioTag aac))
            {
                return FlvIndexed.Nothing;
            }

            return aac.PacketType == FlvPacketType.SequenceHeader ? ConfigureAac(in tag, FlvAudioTag.Length) : AacFrame(FlvAudioTag.Length);
        }

        if (tag.Size == 1)
        {
            return FlvIndexed.Nothing;
        }

        if (FlvSound.ReadOpaqueCodec(head[0]) is { } codec)
        {
            return new FlvIndexed(Opaque(codec, isEnhanced: false), 0, IsKeyframe: true);
        }

        if (FlvSound.ReadFormat(head[0], head[1..], _plain) is not { } format)
        {
            return FlvIndexed.Bad("sound in a codec unknown to FLV");
        }

        _plain = format;
        return new FlvIndexed(format, 1, IsKeyframe: true);
    }

    private FlvIndexed ReadEnhanced(in FlvTagPlace tag, ReadOnlySpan<byte> head)
    {
        bool isRead = FlvEnhancedTag.TryRead(kind, head, out FlvEnhancedTag header);
        if (kind == TrackKind.Video && FlvVideoCodec.IsCommand(head[0]) && header.PacketType != FlvEnhancedPacketType.Metadata)
        {
            return FlvIndexed.Nothing;
        }

        if (!isRead)
        {
            return FlvIndexed.Bad("enhanced tags that cannot be read");
        }

        if (header.Tracks != FlvTrackLayout.Single)
        {
            return FlvIndexed.Bad("tags with several tracks");
        }

        if (!FourCc.TryGetCodec(header.FourCode, out CodecId codec) || FourCc.IsVideo(codec) != (kind == TrackKind.Video))
        {
            return FlvIndexed.Bad("a codec unknown to Enhanced RTMP");
        }

        return codec switch
        {
            CodecId.H264 => ReadEnhancedH264(in tag, head, in header),
            CodecId.Aac => ReadConfigured(in tag, in header, ConfigureAac, AacFrame),
            CodecId.Opus => ReadOpus(head, in header),
            CodecId.Mp3 => ReadMp3(head, in header),
            _ => ReadOpaque(in tag, head, in header, codec),
        };
    }

    private static FlvIndexed ReadConfigured(
        in FlvTagPlace tag, in FlvEnhancedTag header, Configuration configure, Func<int, FlvIndexed> read) => header.PacketType switch
        {
            FlvEnhancedPacketType.SequenceStart => configure(in tag, header.BodyOffset),
            FlvEnhancedPacketType.CodedFrames => read(header.BodyOffset),
            _ => FlvIndexed.Nothing,
        };

    private FlvIndexed ReadEnhancedH264(in FlvTagPlace tag, ReadOnlySpan<byte> head, in FlvEnhancedTag header)
    {
        bool isKeyframe = FlvVideoCodec.IsKeyframe(head[0]);
        switch (header.PacketType)
        {
            case FlvEnhancedPacketType.SequenceStart:
                return ConfigureH264(in tag, header.BodyOffset);
            case FlvEnhancedPacketType.CodedFrames when head.Length - header.BodyOffset >= CompositionLength:
                int composition = (UInt24.ReadBigEndian(head[header.BodyOffset..]) << 8) >> 8;
                return H264Frame(header.BodyOffset + CompositionLength, isKeyframe, composition);
            case FlvEnhancedPacketType.CodedFramesWithoutTime:
                return H264Frame(header.BodyOffset, isKeyframe, 0);
            default:
                return FlvIndexed.Nothing;
        }
    }

    private FlvIndexed ReadOpus(ReadOnlySpan<byte> head, in FlvEnhancedTag header)
    {
        if (header.PacketType == FlvEnhancedPacketType.SequenceStart && head.Length - header.BodyOffset > OpusChannelsOffset)
        {
            int channels = head[header.BodyOffset + OpusChannelsOffset] == 1 ? 1 : 2;
            _opus = channels == _opus.Channels ? _opus : new OpusFormat(channels);
        }

        return header.PacketType == FlvEnhancedPacketType.CodedFrames
            ? new FlvIndexed(_opus, header.BodyOffset, IsKeyframe: true)
            : FlvIndexed.Nothing;
    }

    private FlvIndexed ReadMp3(ReadOnlySpan<byte> head, in FlvEnhancedTag header)
    {
        if (header.PacketType != FlvEnhancedPacketType.CodedFrames || header.BodyOffset >= head.Length)
        {
            return FlvIndexed.Nothing;
        }

        _plain = FlvSound.ReadMp3Format(head[header.BodyOffset..], _plain);
        return _plain is null ? FlvIndexed.Bad("MP3 without a frame header") : new FlvIndexed(_plain, header.BodyOffset, IsKeyframe: true);
    }

    // A frame of these codecs is its whole tag, without modifiers: without them it starts where its packet type stands.
    private FlvIndexed ReadOpaque(in FlvTagPlace tag, ReadOnlySpan<byte> head, in FlvEnhancedTag header, CodecId codec)
    {
        int start = header.PacketTypeOffset;
        byte firstByte = start > 0 ? (byte)((head[0] & ~LowBits) | (head[start] & LowBits)) : (byte)0;
        if (header.PacketType == FlvEnhancedPacketType.SequenceStart)
        {
            if (tag.Size > MediaFileLimits.MaximumConfigurationBytes)
            {
                return FlvIndexed.Bad("a configuration over the limit");
            }

            byte[] sequence = tag.ReadFrom(start);
            sequence[0] = firstByte != 0 ? firstByte : sequence[0];
            var format = new FlvTagFormat(codec, kind, sequence, IsEnhanced: true);
            _opaque = format.Equals(_opaque) ? _opaque : format;
            return FlvIndexed.Nothing;
        }

        bool isFrame = header.PacketType is FlvEnhancedPacketType.CodedFrames or FlvEnhancedPacketType.CodedFramesWithoutTime;
        if (!isFrame && (header.PacketType != FlvEnhancedPacketType.Metadata || _opaque?.Codec != codec))
        {
            return FlvIndexed.Nothing;
        }

        bool isKeyframe = kind == TrackKind.Audio || (isFrame && FlvVideoCodec.IsKeyframe(head[0]));
        return new FlvIndexed(Opaque(codec, isEnhanced: true), start, isKeyframe, FirstByte: firstByte);
    }

    private FlvTagFormat Opaque(CodecId codec, bool isEnhanced)
    {
        if (_opaque?.Codec != codec || _opaque.IsEnhanced != isEnhanced)
        {
            _opaque = new FlvTagFormat(codec, kind, default, IsEnhanced: isEnhanced);
        }

        return _opaque;
    }

    private FlvIndexed ConfigureH264(in FlvTagPlace tag, int offset)
    {
        if (tag.Size > MediaFileLimits.MaximumConfigurationBytes)
        {
            return FlvIndexed.Bad("an H.264 configuration over the limit");
        }

        if (AvcDecoderConfigurationRecord.ToFormat(tag.ReadFrom(offset), out int lengthSize) is not { } format)
        {
            return FlvIndexed.Bad("pictures whose H.264 configuration cannot be read");
        }

        _lengthSize = lengthSize;
        _h264 = format.Equals(_h264) ? _h264 : format;
        return FlvIndexed.Nothing;
    }

    private FlvIndexed H264Frame(int offset, bool isKeyframe, int composition) =>
        _h264 is null
            ? FlvIndexed.Bad("H.264 pictures before their configuration")
            : new FlvIndexed(_h264, offset, isKeyframe, composition, _lengthSize);

    private FlvIndexed ConfigureAac(in FlvTagPlace tag, int offset)
    {
        if (tag.Size > MediaFileLimits.MaximumConfigurationBytes)
        {
            return FlvIndexed.Bad("an AAC configuration over the limit");
        }

        if (AudioSpecificConfig.ToFormat(tag.ReadFrom(offset)) is not { } format)
        {
            return FlvIndexed.Bad("sound whose AAC configuration cannot be read");
        }

        _aac = format.Equals(_aac) ? _aac : format;
        return FlvIndexed.Nothing;
    }

    private FlvIndexed AacFrame(int offset) =>
        _aac is null ? FlvIndexed.Bad("AAC sound before its configuration") : new FlvIndexed(_aac, offset, IsKeyframe: true);

    private delegate FlvIndexed Configuration(in FlvTagPlace tag, int offset);
}
