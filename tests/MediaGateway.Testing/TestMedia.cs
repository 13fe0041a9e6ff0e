using System.Buffers.Binary;

namespace MediaGateway.Testing;

/// <summary>
/// The H.264 and Opus that a <see cref="TestPublisher"/> sends: pictures that say their number and of which every byte can be checked.
/// Parameter sets are real (x264, constrained baseline, 320x240); slices are not.
/// </summary>
public static class TestMedia
{
    /// <summary>Bytes of payload per RTP packet.</summary>
    public const int FragmentBytes = 1000;

    private const int StapA = 24;
    private const int FuA = 28;

    /// <summary>A sequence parameter set.</summary>
    public static readonly byte[] SequenceParameterSet =
        Convert.FromBase64String("Z0LAFdkBQfsBagwMDUoAAAMAAgAAAwB5HixckA==");

    /// <summary>A picture parameter set.</summary>
    public static readonly byte[] PictureParameterSet = Convert.FromBase64String("aMuMsg==");

    /// <summary>The slice of picture <paramref name="number"/>: header byte, number, then bytes that follow from both.</summary>
    public static byte[] Slice(int number, bool isKeyframe, int length)
    {
        byte[] slice = new byte[length];
        // first_mb_in_slice 0, then never a zero byte: no emulation prevention is needed.
        slice[0] = isKeyframe ? (byte)0x65 : (byte)0x41;
        slice[1] = 0x88;
        for (int i = 2; i < length; i++)
        {
            slice[i] = (byte)(1 + (unchecked((uint)((number * 31) + (i * 7))) % 255));
        }

        BinaryPrimitives.WriteUInt32BigEndian(slice.AsSpan(2), 0x80808080u | ((uint)number & 0x7F) | (((uint)number & 0x3F80) << 1));
        return slice;
    }

    /// <summary>The access unit as it must come out: four-byte lengths, parameter sets before an IDR slice.</summary>
    public static byte[] AccessUnit(byte[] slice, bool isKeyframe)
    {
        byte[][] units = isKeyframe ? [SequenceParameterSet, PictureParameterSet, slice] : [slice];
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (byte[] unit in units)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, unit.Length);
            bytes.Write(length);
            bytes.Write(unit);
        }

        return bytes.ToArray();
    }

    /// <summary>The RTP payloads of a picture: STAP-A with the parameter sets before a keyframe, then the slice in FU-As.</summary>
    public static IReadOnlyList<byte[]> Packetize(byte[] slice, bool isKeyframe)
    {
        List<byte[]> payloads = [];
        if (isKeyframe)
        {
            payloads.Add(
            [
                0x60 | StapA,
                0, (byte)SequenceParameterSet.Length, .. SequenceParameterSet,
                0, (byte)PictureParameterSet.Length, .. PictureParameterSet,
            ]);
        }

        if (slice.Length <= FragmentBytes)
        {
            payloads.Add(slice);
            return payloads;
        }

        for (int offset = 1; offset < slice.Length; offset += FragmentBytes)
        {
            int end = Math.Min(slice.Length, offset + FragmentBytes);
            int flags = (offset == 1 ? 0x80 : 0) | (end == slice.Length ? 0x40 : 0);
            payloads.Add([(byte)((slice[0] & 0xE0) | FuA), (byte)(flags | (slice[0] & 0x1F)), .. slice[offset..end]]);
        }

        return payloads;
    }
}
