using System.Buffers.Binary;

namespace MediaGateway.Testing;

/// <summary>Pictures of VP8 out of an IVF file, and the way into RTP (RFC 7741) that a browser takes: long picture ids, one partition.</summary>
public sealed class Vp8Clip
{
    private const int FileHeaderLength = 32;
    private const int FrameHeaderLength = 12;
    private const int PayloadBytes = 700;

    /// <summary>Reads a file.</summary>
    public Vp8Clip(byte[] ivf)
    {
        List<byte[]> pictures = [];
        for (int position = FileHeaderLength; position < ivf.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(ivf.AsSpan(position));
            position += FrameHeaderLength;
            pictures.Add(ivf.AsSpan(position, length).ToArray());
            position += length;
        }

        Pictures = pictures;
    }

    private Vp8Clip(IReadOnlyList<byte[]> pictures) => Pictures = pictures;

    /// <summary>The pictures; the first is a keyframe.</summary>
    public IReadOnlyList<byte[]> Pictures { get; }

    /// <summary>The same clip with another picture in one's place.</summary>
    public Vp8Clip WithPicture(int index, byte[] picture) => new([.. Pictures.Take(index), picture, .. Pictures.Skip(index + 1)]);

    /// <summary>The payloads of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="number">Its number.</param>
    /// <param name="payloadBytes">Bytes of picture in a packet.</param>
    public static IReadOnlyList<byte[]> Packetize(byte[] picture, int number, int payloadBytes = PayloadBytes)
    {
        List<byte[]> payloads = [];
        for (int offset = 0; offset < picture.Length; offset += payloadBytes)
        {
            byte first = (byte)(0x80 | (offset == 0 ? 0x10 : 0));
            byte[] descriptor = [first, 0x80, (byte)(0x80 | ((number >> 8) & 0x7F)), (byte)number];
            payloads.Add([.. descriptor, .. picture.AsSpan(offset, Math.Min(payloadBytes, picture.Length - offset))]);
        }

        return payloads;
    }
}
