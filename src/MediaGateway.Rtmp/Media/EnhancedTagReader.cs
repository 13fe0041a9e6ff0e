using System.Buffers.Binary;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Media;

/// <summary>
/// Enhanced audio or video tags (Enhanced RTMP v2). H.264, AAC, MP3 and Opus become what they are in the gateway, and so reach every
/// player; other codecs stay the tags they came as, without modifiers, which concern only whoever reads them first. Of several tracks
/// number 0 becomes the ordinary one, and each other a tag of its own with its number. One owner, one thread.
/// </summary>
internal sealed class EnhancedTagReader(TrackKind kind, H264Track h264, AacTrack aac, BufferPool pool)
{
    /// <summary>Tracks of one kind, whatever their numbers; further ones are left out.</summary>
    public const int MaximumTracks = 16;

    private const int CompositionLength = 3;
    private const int LowBits = 0x0F;
    private const int VideoMultitrackType = 6;
    private const int AudioMultitrackType = 5;

    // RFC 7845 5.1: "OpusHead", version, channels.
    private const int OpusChannelsOffset = 9;

    private readonly Dictionary<int, FlvTagFormat> _formats = [];
    private readonly OpusFormat[] _opusFormats = [new(1), new(2)];
    private OpusFormat _opus = new(2);
    private PlainAudioFormat? _mp3;

    /// <summary>Reads a tag with one track.</summary>
    public TagOutcome Read(in FlvBody body, in FlvEnhancedTag tag) => ReadTrack(in body, in tag, tag.FourCode, tag.BodyOffset, trackId: 0);

    /// <summary>Reads a tag with several tracks; what it finds is appended. The buffer stays the caller's.</summary>
    /// <returns>What was wrong, or null.</returns>
    public string? ReadTracks(in FlvBody body, in FlvEnhancedTag tag, uint messageStreamId, Queue<RtmpPublished> published)
    {
        int position = tag.BodyOffset;
        string? fault = null;
        for (int count = 0; tag.TryReadTrack(body.Bytes, ref position, out uint code, out int trackId, out ReadOnlySpan<byte> track); count++)
        {
            if (count == MaximumTracks)
            {
                return "too many tracks in one message";
            }

            FlvBody single = Single(in body, in tag, code, trackId, track, out int bodyOffset);
            TagOutcome outcome = ReadTrack(in single, in tag, code, bodyOffset, trackId);
            fault ??= outcome.Fault;
            if (outcome.Frame is null)
            {
                single.Buffer.Dispose();
                continue;
            }

            published.Enqueue(new RtmpPublished(messageStreamId, outcome.Frame, Metadata: null));
        }

        return position == body.Length ? fault : fault ?? "tracks are cut short";
    }

    /// <summary>A tag of its own for one track: ordinary for number 0, else with its number.</summary>
    private FlvBody Single(
        in FlvBody body, in FlvEnhancedTag tag, uint code, int trackId, ReadOnlySpan<byte> track, out int bodyOffset)
    {
        int packetType = body.Bytes[tag.PacketTypeOffset + 1] & LowBits;
        int firstBits = body.Bytes[0] & ~LowBits;
        bodyOffset = trackId == 0 ? 1 + FourCc.Length : 2 + FourCc.Length + 1;
        PooledBuffer buffer = pool.Rent(bodyOffset + track.Length, BufferOwner.Frame);
        Span<byte> bytes = buffer.Span;
        if (trackId == 0)
        {
            bytes[0] = (byte)(firstBits | packetType);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], code);
        }
        else
        {
            // Layout 0: one track.
            bytes[0] = (byte)(firstBits | (kind == TrackKind.Video ? VideoMultitrackType : AudioMultitrackType));
            bytes[1] = (byte)packetType;
            BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], code);
            bytes[2 + FourCc.Length] = (byte)trackId;
        }

        track.CopyTo(bytes[bodyOffset..]);
        return body with { Buffer = buffer, Length = bodyOffset + track.Length };
    }

    private TagOutcome ReadTrack(in FlvBody body, in FlvEnhancedTag tag, uint code, int bodyOffset, int trackId)
    {
        if (!FourCc.TryGetCodec(code, out CodecId codec) || FourCc.IsVideo(codec) != (kind == TrackKind.Video))
        {
            return TagOutcome.Bad("codec unknown to Enhanced RTMP");
        }

        return (codec, trackId) switch
        {
            (CodecId.H264, 0) => ReadH264(in body, tag.PacketType, bodyOffset),
            (CodecId.Aac, 0) => ReadAac(in body, tag.PacketType, bodyOffset),
            (CodecId.Opus, 0) => ReadOpus(in body, tag.PacketType, bodyOffset),
            (CodecId.Mp3, 0) => ReadMp3(in body, tag.PacketType, bodyOffset),
            _ => ReadOpaque(in body, tag, codec, bodyOffset, trackId),
        };
    }

    private TagOutcome ReadH264(in FlvBody body, FlvEnhancedPacketType type, int offset)
    {
        switch (type)
        {
            case FlvEnhancedPacketType.SequenceStart:
                return h264.Configure(body.Bytes[offset..]);
            case FlvEnhancedPacketType.CodedFrames when body.Length - offset >= CompositionLength:
                int composition = ReadComposition(body.Bytes[offset..]);
                return h264.Read(in body, offset + CompositionLength, FlvVideoCodec.IsKeyframe(body.Bytes[0]), composition);
            case FlvEnhancedPacketType.CodedFramesWithoutTime:
                return h264.Read(in body, offset, FlvVideoCodec.IsKeyframe(body.Bytes[0]), 0);
            default:
                return OfOther(type);
        }
    }

    private TagOutcome ReadAac(in FlvBody body, FlvEnhancedPacketType type, int offset) => type switch
    {
        FlvEnhancedPacketType.SequenceStart => aac.Configure(body.Bytes[offset..]),
        FlvEnhancedPacketType.CodedFrames => aac.Read(in body, offset),
        _ => OfOther(type),
    };

    private TagOutcome ReadOpus(in FlvBody body, FlvEnhancedPacketType type, int offset)
    {
        if (type == FlvEnhancedPacketType.SequenceStart && body.Length - offset > OpusChannelsOffset)
        {
            _opus = _opusFormats[body.Bytes[offset + OpusChannelsOffset] == 1 ? 0 : 1];
        }

        if (type != FlvEnhancedPacketType.CodedFrames)
        {
            return OfOther(type);
        }

        return offset < body.Length ? body.ToFrame(_opus, offset, isKeyframe: true) : TagOutcome.Nothing;
    }

    private TagOutcome ReadMp3(in FlvBody body, FlvEnhancedPacketType type, int offset)
    {
        if (type != FlvEnhancedPacketType.CodedFrames)
        {
            return OfOther(type);
        }

        if (offset >= body.Length)
        {
            return TagOutcome.Nothing;
        }

        _mp3 = FlvSound.ReadMp3Format(body.Bytes[offset..], _mp3);
        return _mp3 is null ? TagOutcome.Bad("MP3 without a frame header") : body.ToFrame(_mp3, offset, isKeyframe: true);
    }

    private TagOutcome ReadOpaque(in FlvBody body, in FlvEnhancedTag tag, CodecId codec, int bodyOffset, int trackId)
    {
        // Without modifiers the tag starts where its packet type stands; tracks were taken apart before.
        int start = tag.Tracks == FlvTrackLayout.Single ? tag.PacketTypeOffset : 0;
        if (start > 0)
        {
            body.Bytes[start] = (byte)((body.Bytes[0] & ~LowBits) | (body.Bytes[start] & LowBits));
        }

        _formats.TryGetValue(trackId, out FlvTagFormat? format);
        switch (tag.PacketType)
        {
            case FlvEnhancedPacketType.SequenceStart:
                return Configure(body.Bytes[start..], codec, trackId, format);
            case FlvEnhancedPacketType.Metadata when format?.Codec == codec:
                return body.ToFrame(format, start, isKeyframe: kind == TrackKind.Audio);
            case FlvEnhancedPacketType.CodedFrames or FlvEnhancedPacketType.CodedFramesWithoutTime:
                break;
            default:
                return OfOther(tag.PacketType);
        }

        if (bodyOffset >= body.Length)
        {
            return TagOutcome.Nothing;
        }

        if (format?.Codec != codec)
        {
            if (NeedsConfiguration(codec) || !TryKeep(trackId, format = new FlvTagFormat(codec, kind, default, trackId, IsEnhanced: true)))
            {
                return TagOutcome.Bad("frame of a track without its configuration");
            }
        }

        bool hasComposition = tag.PacketType == FlvEnhancedPacketType.CodedFrames && codec is CodecId.H264 or CodecId.Hevc or CodecId.Vvc;
        int composition = hasComposition && body.Length - bodyOffset >= CompositionLength ? ReadComposition(body.Bytes[bodyOffset..]) : 0;
        return body.ToFrame(format, start, kind == TrackKind.Audio || FlvVideoCodec.IsKeyframe(body.Bytes[0]), composition);
    }

    private TagOutcome Configure(ReadOnlySpan<byte> tag, CodecId codec, int trackId, FlvTagFormat? previous)
    {
        if (previous?.Codec == codec && tag.SequenceEqual(previous.SequenceTag.Span))
        {
            return TagOutcome.Nothing;
        }

        if (tag.Length > RtmpMediaReader.MaximumConfigurationBytes)
        {
            return TagOutcome.Bad("configuration over the limit");
        }

        return TryKeep(trackId, new FlvTagFormat(codec, kind, tag.ToArray(), trackId, IsEnhanced: true))
            ? TagOutcome.Nothing
            : TagOutcome.Bad("too many tracks");
    }

    private bool TryKeep(int trackId, FlvTagFormat format)
    {
        if (_formats.Count >= MaximumTracks && !_formats.ContainsKey(trackId))
        {
            return false;
        }

        _formats[trackId] = format;
        return true;
    }

    private static TagOutcome OfOther(FlvEnhancedPacketType type) =>
        type == FlvEnhancedPacketType.Unknown ? TagOutcome.Bad("packet type unknown to Enhanced RTMP") : TagOutcome.Nothing;

    private static bool NeedsConfiguration(CodecId codec) =>
        codec is CodecId.H264 or CodecId.Hevc or CodecId.Vvc or CodecId.Aac or CodecId.Flac;

    private static int ReadComposition(ReadOnlySpan<byte> source) => (UInt24.ReadBigEndian(source) << 8) >> 8;
}
