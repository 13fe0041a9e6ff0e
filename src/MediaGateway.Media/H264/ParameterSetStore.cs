using MediaGateway.Media.Frames;

namespace MediaGateway.Media.H264;

/// <summary>
/// The parameter sets of one H.264 track, the newest of each identifier, and the track format they make. Bounded; allocates only when
/// a set differs from the one held.
/// </summary>
public sealed class ParameterSetStore
{
    /// <summary>Bytes of all sets together; a further set is refused.</summary>
    public const int MaximumTotalBytes = 64 * 1024;

    private readonly byte[]?[] _sequenceSets = new byte[]?[SequenceParameterSet.MaximumId + 1];
    private readonly SequenceParameterSet?[] _sequenceFields = new SequenceParameterSet?[SequenceParameterSet.MaximumId + 1];
    private readonly byte[]?[] _pictureSets = new byte[]?[PictureParameterSet.MaximumId + 1];
    private readonly PictureParameterSet[] _pictureFields = new PictureParameterSet[PictureParameterSet.MaximumId + 1];
    private int _sequenceSetCount;
    private int _pictureSetCount;
    private H264Format? _format;
    private int _formatVersion = -1;
    private int _formatSequenceSetId = -1;

    /// <summary>Grows whenever a set changes.</summary>
    public int Version { get; private set; }

    /// <summary>Sequence parameter sets held.</summary>
    public int SequenceSetCount => _sequenceSetCount;

    /// <summary>Bytes of all sets in AVCC framing.</summary>
    public int AvccLength { get; private set; }

    /// <summary>Takes a NAL unit of type 7 or 8. False: it is neither, malformed, or over a bound; nothing changed.</summary>
    public bool TryStore(ReadOnlySpan<byte> nalUnit)
    {
        if (nalUnit.Length == 0)
        {
            return false;
        }

        return NalUnit.TypeOf(nalUnit[0]) switch
        {
            NalUnitType.SequenceParameterSet => TryStoreSequenceSet(nalUnit),
            NalUnitType.PictureParameterSet => TryStorePictureSet(nalUnit),
            _ => false,
        };
    }

    /// <summary>Writes all sets in AVCC framing, sequence parameter sets first.</summary>
    /// <returns>Bytes written: <see cref="AvccLength"/>.</returns>
    public int WriteAvcc(Span<byte> destination)
    {
        int written = 0;
        foreach (byte[]? set in _sequenceSets)
        {
            written += set is null ? 0 : Avcc.Write(set, destination[written..]);
        }

        foreach (byte[]? set in _pictureSets)
        {
            written += set is null ? 0 : Avcc.Write(set, destination[written..]);
        }

        return written;
    }

    /// <summary>
    /// The format of pictures that use <paramref name="pictureParameterSetId"/>, or null when its sets are unknown. The same object
    /// as long as neither the sets nor the sequence parameter set in use change.
    /// </summary>
    public H264Format? FormatFor(int pictureParameterSetId)
    {
        SequenceParameterSet? active = SequenceSetOf(pictureParameterSetId);
        if (active is null)
        {
            return null;
        }

        if (_format is null || _formatVersion != Version || _formatSequenceSetId != active.Id)
        {
            byte[] record = AvcDecoderConfigurationRecord.Build(
                active,
                [.. _sequenceSets.OfType<byte[]>()],
                [.. _pictureSets.OfType<byte[]>()]);
            var format = new H264Format(record, active.Width, active.Height);
            _format = format.Equals(_format) ? _format : format;
            _formatVersion = Version;
            _formatSequenceSetId = active.Id;
        }

        return _format;
    }

    private bool TryStoreSequenceSet(ReadOnlySpan<byte> nalUnit)
    {
        if (Holds(_sequenceSets, nalUnit))
        {
            return true;
        }

        if (!SequenceParameterSet.TryParse(nalUnit, out SequenceParameterSet? fields) || fields is null)
        {
            return false;
        }

        bool full = _sequenceSetCount == AvcDecoderConfigurationRecord.MaximumSequenceParameterSets;
        if (!TryReplace(_sequenceSets, fields.Id, nalUnit, full, ref _sequenceSetCount))
        {
            return false;
        }

        _sequenceFields[fields.Id] = fields;
        return true;
    }

    private bool TryStorePictureSet(ReadOnlySpan<byte> nalUnit)
    {
        if (!PictureParameterSet.TryParse(nalUnit, out PictureParameterSet fields))
        {
            return false;
        }

        bool full = _pictureSetCount == AvcDecoderConfigurationRecord.MaximumPictureParameterSets;
        if (!TryReplace(_pictureSets, fields.Id, nalUnit, full, ref _pictureSetCount))
        {
            return false;
        }

        _pictureFields[fields.Id] = fields;
        return true;
    }

    private bool TryReplace(byte[]?[] sets, int id, ReadOnlySpan<byte> nalUnit, bool full, ref int count)
    {
        byte[]? held = sets[id];
        if (held is not null && nalUnit.SequenceEqual(held))
        {
            return true;
        }

        int heldLength = held is null ? 0 : Avcc.LengthSize + held.Length;
        int total = AvccLength - heldLength + Avcc.LengthSize + nalUnit.Length;
        if ((full && held is null) || total > MaximumTotalBytes)
        {
            return false;
        }

        count += held is null ? 1 : 0;
        sets[id] = nalUnit.ToArray();
        AvccLength = total;
        Version++;
        return true;
    }

    private SequenceParameterSet? SequenceSetOf(int pictureParameterSetId) =>
        _pictureSets[pictureParameterSetId] is null
            ? null
            : _sequenceFields[_pictureFields[pictureParameterSetId].SequenceParameterSetId];

    private static bool Holds(byte[]?[] sets, ReadOnlySpan<byte> nalUnit)
    {
        foreach (byte[]? set in sets)
        {
            if (set is not null && nalUnit.SequenceEqual(set))
            {
                return true;
            }
        }

        return false;
    }
}
