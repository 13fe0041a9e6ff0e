using System.Buffers.Binary;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.H264;

/// <summary>An AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1): the parameter sets out of band.</summary>
public sealed class AvcDecoderConfigurationRecord
{
    /// <summary>Sequence parameter sets that fit a record (5 bits).</summary>
    public const int MaximumSequenceParameterSets = 31;

    /// <summary>Picture parameter sets that fit a record (8 bits).</summary>
    public const int MaximumPictureParameterSets = 255;

    private const byte Version = 1;
    private const int LengthSizeOffset = 4;
    private const int FourByteLengths = 3;
    private const int FixedLength = 6;

    private AvcDecoderConfigurationRecord(
        int lengthSize,
        IReadOnlyList<ReadOnlyMemory<byte>> sequenceParameterSets,
        IReadOnlyList<ReadOnlyMemory<byte>> pictureParameterSets) =>
        (LengthSize, SequenceParameterSets, PictureParameterSets) = (lengthSize, sequenceParameterSets, pictureParameterSets);

    /// <summary>Bytes of the length before each NAL unit of an access unit: 1, 2 or 4.</summary>
    public int LengthSize { get; }

    /// <summary>NAL units of type 7.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> SequenceParameterSets { get; }

    /// <summary>NAL units of type 8.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PictureParameterSets { get; }

    /// <summary>Reads a record; the lists are slices of <paramref name="record"/>. False: a length passes its end.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> record, out AvcDecoderConfigurationRecord? configuration)
    {
        configuration = null;
        ReadOnlySpan<byte> bytes = record.Span;
        if (bytes.Length < FixedLength || bytes[0] != Version || (bytes[4] & 3) == 2)
        {
            return false;
        }

        int offset = FixedLength;
        if (!TryReadSets(record, bytes[5] & 0x1F, ref offset, out List<ReadOnlyMemory<byte>> sequenceSets) || offset >= bytes.Length)
        {
            return false;
        }

        int pictureSetCount = bytes[offset++];
        if (!TryReadSets(record, pictureSetCount, ref offset, out List<ReadOnlyMemory<byte>> pictureSets))
        {
            return false;
        }

        configuration = new AvcDecoderConfigurationRecord((bytes[4] & 3) + 1, sequenceSets, pictureSets);
        return true;
    }

    /// <summary>
    /// The track format that a record describes, for access units with four-byte lengths; null when it cannot be read. Keeps the memory,
    /// unless the lengths are shorter.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="lengthSize">Bytes of the lengths that come with it: 1, 2 or 4.</param>
    public static H264Format? ToFormat(byte[] record, out int lengthSize)
    {
        lengthSize = Avcc.LengthSize;
        if (!TryParse(record, out AvcDecoderConfigurationRecord? configuration) || configuration is null)
        {
            return null;
        }

        lengthSize = configuration.LengthSize;
        byte[] published = record;
        if (lengthSize != Avcc.LengthSize)
        {
            published = (byte[])record.Clone();
            published[LengthSizeOffset] |= FourByteLengths;
        }

        // A picture size that is not known does no harm to players, who look for themselves.
        (int width, int height) = SizeOf(configuration);
        return new H264Format(published, width, height);
    }

    /// <summary>Builds a record with four-byte NAL unit lengths.</summary>
    /// <param name="first">The parsed first of <paramref name="sequenceParameterSets"/>: profile, level, chroma.</param>
    /// <param name="sequenceParameterSets">1 to 31 NAL units of type 7.</param>
    /// <param name="pictureParameterSets">Up to 255 NAL units of type 8.</param>
    public static byte[] Build(
        SequenceParameterSet first,
        IReadOnlyList<byte[]> sequenceParameterSets,
        IReadOnlyList<byte[]> pictureParameterSets)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(sequenceParameterSets);
        ArgumentNullException.ThrowIfNull(pictureParameterSets);
        ArgumentOutOfRangeException.ThrowIfZero(sequenceParameterSets.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequenceParameterSets.Count, MaximumSequenceParameterSets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pictureParameterSets.Count, MaximumPictureParameterSets);
        bool extended = first.ProfileIdc is not (66 or 77 or 88);
        int length = FixedLength + 1 + sequenceParameterSets.Sum(set => set.Length + 2) + pictureParameterSets.Sum(set => set.Length + 2);
        byte[] record = new byte[length + (extended ? 4 : 0)];
        record[0] = Version;
        record[1] = (byte)first.ProfileIdc;
        record[2] = (byte)first.ConstraintFlags;
        record[3] = (byte)first.LevelIdc;
        record[4] = 0xFC | (Avcc.LengthSize - 1);
        record[5] = (byte)(0xE0 | sequenceParameterSets.Count);
        int offset = WriteSets(record, FixedLength, sequenceParameterSets);
        record[offset++] = (byte)pictureParameterSets.Count;
        offset = WriteSets(record, offset, pictureParameterSets);
        if (extended)
        {
            record[offset] = (byte)(0xFC | first.ChromaFormatIdc);
            record[offset + 1] = (byte)(0xF8 | (first.LumaBitDepth - 8));
            record[offset + 2] = (byte)(0xF8 | (first.ChromaBitDepth - 8));
            record[offset + 3] = 0; // numOfSequenceParameterSetExt
        }

        return record;
    }

    private static (int Width, int Height) SizeOf(AvcDecoderConfigurationRecord configuration) =>
        configuration.SequenceParameterSets is [var first, ..]
        && SequenceParameterSet.TryParse(first.Span, out SequenceParameterSet? fields)
        && fields is not null
            ? (fields.Width, fields.Height)
            : (0, 0);

    private static bool TryReadSets(ReadOnlyMemory<byte> record, int count, ref int offset, out List<ReadOnlyMemory<byte>> sets)
    {
        sets = new List<ReadOnlyMemory<byte>>(count);
        for (int i = 0; i < count; i++)
        {
            if (record.Length < offset + 2)
            {
                return false;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(record.Span[offset..]);
            offset += 2;
            if (length == 0 || record.Length < offset + length)
            {
                return false;
            }

            sets.Add(record.Slice(offset, length));
            offset += length;
        }

        return true;
    }

    private static int WriteSets(byte[] record, int offset, IReadOnlyList<byte[]> sets)
    {
        foreach (byte[] set in sets)
        {
            BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(offset), (ushort)set.Length);
            set.CopyTo(record.AsSpan(offset + 2));
            offset += 2 + set.Length;
        }

        return offset;
    }
}
