using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Flv;

/// <summary>
/// The header of an enhanced audio or video tag (Enhanced RTMP v2, ExAudioTagHeader and ExVideoTagHeader), read past the modifiers that
/// may stand before the codec. Both kinds have the same shape; what differs is where the packet type of several tracks lies.
/// </summary>
/// <param name="PacketType">What the tag carries, for several tracks: what each of them carries.</param>
/// <param name="FourCode">The codec's code; 0 when each track has its own.</param>
/// <param name="PacketTypeOffset">
/// Where the byte with the packet type stands: 0 without modifiers. With its high bits replaced by those of the first byte, a tag
/// without modifiers starts there, unless there are several tracks.
/// </param>
/// <param name="BodyOffset">Where the payload starts, or for several tracks the first of them.</param>
/// <param name="Tracks">How tracks are told apart.</param>
public readonly record struct FlvEnhancedTag(
    FlvEnhancedPacketType PacketType,
    uint FourCode,
    int PacketTypeOffset,
    int BodyOffset,
    FlvTrackLayout Tracks)
{
    private const int EnhancedVideoMark = 0x80;
    private const int LowBits = 0x0F;
    private const int ModifierType = 7;
    private const int VideoMultitrackType = 6;
    private const int AudioMultitrackType = 5;
    private const int LongModifierMark = 256;

    /// <summary>Whether a tag that starts with <paramref name="header"/> has the enhanced form.</summary>
    public static bool IsEnhanced(TrackKind kind, byte header) =>
        kind == TrackKind.Video ? (header & EnhancedVideoMark) != 0 : header >> 4 == (int)FlvSoundFormat.Enhanced;

    /// <summary>Reads the header; false when it is cut short or not of a known shape. The tag must be enhanced and hold a picture.</summary>
    public static bool TryRead(TrackKind kind, ReadOnlySpan<byte> tag, out FlvEnhancedTag header)
    {
        header = default;
        if (!TrySkipModifiers(tag, out int packetType, out int offset))
        {
            return false;
        }

        int position = offset + 1;
        FlvTrackLayout tracks = FlvTrackLayout.Single;
        if (packetType == (kind == TrackKind.Video ? VideoMultitrackType : AudioMultitrackType))
        {
            // UB4 layout, UB4 packet type of the tracks
            if (position >= tag.Length || tag[position] >> 4 > 2)
            {
                return false;
            }

            tracks = (FlvTrackLayout)((tag[position] >> 4) + 1);
            packetType = tag[position] & LowBits;
            position++;
        }

        uint code = 0;
        if (tracks != FlvTrackLayout.ManyCodecs)
        {
            if (tag.Length - position < FourCc.Length)
            {
                return false;
            }

            code = BinaryPrimitives.ReadUInt32BigEndian(tag[position..]);
            position += FourCc.Length;
        }

        header = new FlvEnhancedTag(PacketTypeOf(kind, packetType), code, offset, position, tracks);
        return true;
    }

    /// <summary>
    /// Reads the head of the next of several tracks at <paramref name="position"/> and moves it behind the track; false at the end, or
    /// when a length passes it.
    /// </summary>
    public bool TryReadTrack(ReadOnlySpan<byte> tag, ref int position, out uint fourCode, out int trackId, out ReadOnlySpan<byte> body)
    {
        (fourCode, trackId) = (FourCode, 0);
        body = default;
        int needed = (Tracks == FlvTrackLayout.ManyCodecs ? FourCc.Length : 0) + 1 + (Tracks == FlvTrackLayout.OneTrack ? 0 : 3);
        if (tag.Length - position < needed)
        {
            return false;
        }

        if (Tracks == FlvTrackLayout.ManyCodecs)
        {
            fourCode = BinaryPrimitives.ReadUInt32BigEndian(tag[position..]);
            position += FourCc.Length;
        }

        trackId = tag[position++];
        int length = tag.Length - position;
        if (Tracks != FlvTrackLayout.OneTrack)
        {
            length = UInt24.ReadBigEndian(tag[position..]);
            position += 3;
        }

        if (length > tag.Length - position)
        {
            return false;
        }

        body = tag.Slice(position, length);
        position += length;
        return true;
    }

    // Enhanced RTMP v2, ModEx: UI8 size less one (256: UI16 size less one), data, UB4 kind of modifier, UB4 packet type or another ModEx.
    private static bool TrySkipModifiers(ReadOnlySpan<byte> tag, out int packetType, out int offset)
    {
        offset = 0;
        packetType = tag.IsEmpty ? ModifierType : tag[0] & LowBits;
        int position = 1;
        while (packetType == ModifierType)
        {
            if (position >= tag.Length)
            {
                return false;
            }

            int size = tag[position++] + 1;
            if (size == LongModifierMark)
            {
                if (tag.Length - position < sizeof(ushort))
                {
                    return false;
                }

                size = BinaryPrimitives.ReadUInt16BigEndian(tag[position..]) + 1;
                position += sizeof(ushort);
            }

            if (size >= tag.Length - position)
            {
                return false;
            }

            offset = position + size;
            packetType = tag[offset] & LowBits;
            position = offset + 1;
        }

        return true;
    }

    private static FlvEnhancedPacketType PacketTypeOf(TrackKind kind, int packetType) => (kind, packetType) switch
    {
        (_, 0) => FlvEnhancedPacketType.SequenceStart,
        (_, 1) => FlvEnhancedPacketType.CodedFrames,
        (_, 2) => FlvEnhancedPacketType.SequenceEnd,
        (TrackKind.Video, 3) => FlvEnhancedPacketType.CodedFramesWithoutTime,
        (TrackKind.Video, 4) => FlvEnhancedPacketType.Metadata,
        (TrackKind.Video, 5) => FlvEnhancedPacketType.SequenceStart,
        (TrackKind.Audio, 4) => FlvEnhancedPacketType.Metadata,
        _ => FlvEnhancedPacketType.Unknown,
    };
}
