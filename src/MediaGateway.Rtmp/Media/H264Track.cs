using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.Rtmp.Media;

/// <summary>
/// The H.264 of a publisher, from tags of either form: its configuration, and access units with four-byte lengths whatever the lengths
/// were. One owner, one thread.
/// </summary>
internal sealed class H264Track(BufferPool pool)
{
    private const int LengthSizeOffset = 4;
    private const int FourByteLengths = 3;

    private byte[] _record = [];
    private int _lengthSize = Avcc.LengthSize;

    /// <summary>The format in force; null before the first configuration.</summary>
    public H264Format? Format { get; private set; }

    /// <summary>Takes an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). The same one again changes nothing.</summary>
    public TagOutcome Configure(ReadOnlySpan<byte> record)
    {
        if (Format is not null && record.SequenceEqual(_record))
        {
            return TagOutcome.Nothing;
        }

        if (record.Length > RtmpMediaReader.MaximumConfigurationBytes)
        {
            return TagOutcome.Bad("AVC configuration over the limit");
        }

        byte[] kept = record.ToArray();
        if (!AvcDecoderConfigurationRecord.TryParse(kept, out AvcDecoderConfigurationRecord? configuration) || configuration is null)
        {
            return TagOutcome.Bad("AVC configuration cannot be read");
        }

        // A picture size that is not known does no harm to players, who look for themselves.
        (int width, int height) = SizeOf(configuration);
        byte[] published = kept;
        if (configuration.LengthSize != Avcc.LengthSize)
        {
            published = (byte[])kept.Clone();
            published[LengthSizeOffset] |= FourByteLengths;
        }

        (_record, _lengthSize) = (kept, configuration.LengthSize);
        var format = new H264Format(published, width, height);
        Format = format.Equals(Format) ? Format : format;
        return TagOutcome.Nothing;
    }

    /// <summary>Makes a frame of the access unit that stands from <paramref name="offset"/> on.</summary>
    public TagOutcome Read(in FlvBody body, int offset, bool isKeyframe, int compositionMilliseconds)
    {
        if (offset >= body.Length)
        {
            return TagOutcome.Nothing;
        }

        if (Format is null)
        {
            return TagOutcome.Bad("AVC picture before its configuration");
        }

        if (_lengthSize != Avcc.LengthSize)
        {
            return Widen(in body, offset, isKeyframe, compositionMilliseconds);
        }

        return StartsWithNalUnit(body.Bytes[offset..])
            ? body.ToFrame(Format, offset, isKeyframe, compositionMilliseconds)
            : TagOutcome.Bad("AVC picture without NAL units");
    }

    // What comes after the first NAL unit is the decoder's to judge: cameras are known that pad their pictures.
    private static bool StartsWithNalUnit(ReadOnlySpan<byte> accessUnit) => new Avcc(accessUnit).MoveNext();

    private static (int Width, int Height) SizeOf(AvcDecoderConfigurationRecord configuration) =>
        configuration.SequenceParameterSets is [var first, ..]
        && SequenceParameterSet.TryParse(first.Span, out SequenceParameterSet? fields)
        && fields is not null
            ? (fields.Width, fields.Height)
            : (0, 0);

    // ISO/IEC 14496-15 5.3.3.1 allows lengths of one and two bytes; everything behind this reads four.
    private TagOutcome Widen(in FlvBody body, int offset, bool isKeyframe, int compositionMilliseconds)
    {
        ReadOnlySpan<byte> source = body.Bytes[offset..];
        int units = CountUnits(source, out int bytes);
        if (units == 0)
        {
            return TagOutcome.Bad("AVC picture without NAL units");
        }

        int length = bytes + (units * Avcc.LengthSize);
        PooledBuffer widened = pool.Rent(length, BufferOwner.Frame);
        int written = 0;
        while (TryTakeUnit(ref source, out ReadOnlySpan<byte> unit))
        {
            written += Avcc.Write(unit, widened.Span[written..]);
        }

        body.Buffer.Dispose();
        FlvBody copy = body with { Buffer = widened, Length = length };
        return copy.ToFrame(Format!, 0, isKeyframe, compositionMilliseconds); // checked by the caller
    }

    private int CountUnits(ReadOnlySpan<byte> source, out int bytes)
    {
        int units = 0;
        bytes = 0;
        while (TryTakeUnit(ref source, out ReadOnlySpan<byte> unit))
        {
            units++;
            bytes += unit.Length;
        }

        return units;
    }

    private bool TryTakeUnit(ref ReadOnlySpan<byte> source, out ReadOnlySpan<byte> unit)
    {
        unit = default;
        if (source.Length <= _lengthSize)
        {
            return false;
        }

        int length = _lengthSize == 1 ? source[0] : BinaryPrimitives.ReadUInt16BigEndian(source);
        if (length == 0 || length > source.Length - _lengthSize)
        {
            return false;
        }

        unit = source.Slice(_lengthSize, length);
        source = source[(_lengthSize + length)..];
        return true;
    }
}
