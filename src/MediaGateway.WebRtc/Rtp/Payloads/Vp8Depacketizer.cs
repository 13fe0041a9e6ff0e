using System.Buffers.Binary;
using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// The payload format of VP8 (RFC 7741). Partitions are put together again as they were, since only whole pictures go to the decoder.
/// </summary>
internal sealed class Vp8Depacketizer : IVideoDepacketizer
{
    // RFC 7741 4.2
    //  0 1 2 3 4 5 6 7
    // +-+-+-+-+-+-+-+-+
    // |X|R|N|S|R| PID |   required
    // |I|L|T|K| RSV   |   X
    // |M| PictureID   |   I; with M one byte more
    // |   TL0PICIDX   |   L
    // |TID|Y| KEYIDX  |   T or K
    private const int ExtensionBit = 0x80;
    private const int StartBit = 0x10;
    private const int PartitionMask = 0x07;
    private const int PictureIdBit = 0x80;
    private const int LongPictureIdBit = 0x80;
    private const int LayerZeroBit = 0x40;
    private const int LayerOrKeyBits = 0x30;

    // RFC 6386 9.1
    private const int NotKeyframeBit = 0x01;
    private const int KeyframeHeaderLength = 10;
    private const int SizeMask = 0x3FFF;

    /// <inheritdoc/>
    public CodecId Codec => CodecId.Vp8;

    /// <inheritdoc/>
    public PictureStart StartOf(ReadOnlySpan<byte> payload, out long pixels)
    {
        pixels = 0;
        int descriptor = DescriptorLength(payload);
        if (descriptor == 0 || (payload[0] & StartBit) == 0 || (payload[0] & PartitionMask) != 0)
        {
            return PictureStart.None;
        }

        ReadOnlySpan<byte> picture = payload[descriptor..];
        if ((picture[0] & NotKeyframeBit) != 0)
        {
            return PictureStart.Picture;
        }

        if (picture.Length < KeyframeHeaderLength || !picture[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
        {
            return PictureStart.None;
        }

        int width = BinaryPrimitives.ReadUInt16LittleEndian(picture[6..]) & SizeMask;
        int height = BinaryPrimitives.ReadUInt16LittleEndian(picture[8..]) & SizeMask;
        pixels = (long)width * height;
        return PictureStart.Keyframe;
    }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> payload, int offset, PictureBuilder picture)
    {
        int descriptor = DescriptorLength(payload);
        return descriptor > 0 && picture.TryAdd(offset + descriptor, payload.Length - descriptor);
    }

    /// <summary>Bytes before the picture's; 0 when the payload has none of the picture.</summary>
    private static int DescriptorLength(ReadOnlySpan<byte> payload)
    {
        int length = 1;
        if (payload.Length > 1 && (payload[0] & ExtensionBit) != 0)
        {
            int extension = payload[1];
            length = 2;
            if ((extension & PictureIdBit) != 0)
            {
                length += payload.Length > length && (payload[length] & LongPictureIdBit) != 0 ? 2 : 1;
            }

            length += (extension & LayerZeroBit) != 0 ? 1 : 0;
            length += (extension & LayerOrKeyBits) != 0 ? 1 : 0;
        }

        return payload.Length > length ? length : 0;
    }
}
