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
        if (AvcDecoderConfigurationRecord.ToFormat(kept, out int lengthSize) is not { } format)
        {
            return TagOutcome.Bad("AVC configuration cannot be read");
        }

        (_record, _lengthSize) = (kept, lengthSize);
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

    // ISO/IEC 14496-15 5.3.3.1 allows lengths of one and two bytes; everything behind this reads four.
    private TagOutcome Widen(in FlvBody body, int offset, bool isKeyframe, int compositionMilliseconds)
    {
        if (Avcc.Widen(body.Bytes[offset..], _lengthSize, pool, out int length) is not { } widened)
        {
            return TagOutcome.Bad("AVC picture without NAL units");
        }

        body.Buffer.Dispose();
        FlvBody copy = body with { Buffer = widened, Length = length };
        return copy.ToFrame(Format!, 0, isKeyframe, compositionMilliseconds); // checked by the caller
    }
}
