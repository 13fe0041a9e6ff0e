using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Testing;

/// <summary>Pictures of VP8 from libvpx, and the way into RTP (RFC 7741) that a browser takes: long picture ids, one partition.</summary>
public sealed class Vp8Clip
{
    private const int PayloadBytes = 700;

    private Vp8Clip(IReadOnlyList<byte[]> pictures) => Pictures = pictures;

    /// <summary>The pictures; the first is a keyframe.</summary>
    public IReadOnlyList<byte[]> Pictures { get; }

    /// <summary>Encodes <see cref="TestPictures"/>; the first picture is the only keyframe of the first thirty.</summary>
    public static Vp8Clip Encode(int width, int height, int count)
    {
        using var pictures = TestPictures.Of(CodecId.Vp8, width, height);
        List<byte[]> payloads = [];
        foreach (MediaFrame frame in pictures.Encode(count, new BufferPool()))
        {
            payloads.Add(frame.Payload.ToArray());
            frame.Release();
        }

        return new Vp8Clip(payloads);
    }

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
