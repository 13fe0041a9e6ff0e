using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MediaGateway.Media.Amf;

/// <summary>
/// Reads AMF0 values from a complete message. It never throws on what it reads, builds no more than its limits allow, and counts a
/// reference as all that it refers to, so that nested references cannot grow exponentially in the hands of whoever walks the value.
/// Movie clip and record set are refused like any unknown marker, and so is the switch to AMF3 (marker 0x11) unless it is allowed.
/// </summary>
public ref struct Amf0Reader
{
    private readonly ReadOnlySpan<byte> _source;
    private readonly AmfLimits _limits;
    private readonly bool _allowsAmf3;
    private int _position;
    private int _valuesLeft;
    private int _stringBytesLeft;
    private List<AmfReferable>? _referables;
    private Amf3Tables? _amf3;

    /// <summary>Makes a reader at the first byte of <paramref name="source"/>; the limits hold for all its values together.</summary>
    /// <param name="source">The values.</param>
    /// <param name="limits">What may be built of them.</param>
    /// <param name="allowsAmf3">Whether the marker that switches a value to AMF3 is obeyed.</param>
    public Amf0Reader(ReadOnlySpan<byte> source, AmfLimits limits, bool allowsAmf3 = false)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _source = source;
        _limits = limits;
        _allowsAmf3 = allowsAmf3;
        _valuesLeft = limits.MaximumValues;
        _stringBytesLeft = limits.MaximumStringBytes;
    }

    /// <summary>Bytes read so far. Undefined after a failure.</summary>
    public readonly int Position => _position;

    /// <summary>Whether every byte was read.</summary>
    public readonly bool IsAtEnd => _position == _source.Length;

    /// <summary>Whether a value was in AMF3.</summary>
    public readonly bool HasMetAmf3 => _amf3 is not null;

    /// <summary>Reads the next value; false when the bytes are cut short, not AMF0, or over a limit. Do not read on after that.</summary>
    public bool TryRead([NotNullWhen(true)] out AmfValue? value) => TryReadValue(depth: 0, out value, out _);

    private bool TryReadProperty(int depth, out KeyValuePair<string, AmfValue> property, out int height)
    {
        property = default;
        height = 0;
        if (!TryReadShortText(out string? name) || !TryReadValue(depth, out AmfValue? value, out height))
        {
            return false;
        }

        property = new KeyValuePair<string, AmfValue>(name, value);
        return true;
    }

    /// <param name="depth">Objects and arrays around this value.</param>
    /// <param name="value">The value.</param>
    /// <param name="height">Levels of objects and arrays that the value itself adds.</param>
    private bool TryReadValue(int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (!TryTake(1, out ReadOnlySpan<byte> marker) || !TryCharge(ref _valuesLeft, 1))
        {
            return false;
        }

        switch ((Amf0Marker)marker[0])
        {
            case Amf0Marker.Number:
                return TryReadNumber(out value);
            case Amf0Marker.Boolean:
                return TryReadBoolean(out value);
            case Amf0Marker.String:
                return TryReadShortText(out string? text) && Some(new AmfString(text), out value);
            case Amf0Marker.LongString:
                return TryReadLongText(out string? longText) && Some(new AmfString(longText), out value);
            case Amf0Marker.XmlDocument:
                return TryReadLongText(out string? xml) && Some(new AmfXmlDocument(xml), out value);
            case Amf0Marker.Null:
                return Some(new AmfNull(), out value);
            case Amf0Marker.Undefined or Amf0Marker.Unsupported:
                return Some(new AmfUndefined(), out value);
            case Amf0Marker.Date:
                return TryReadDate(out value);
            case Amf0Marker.Reference:
                return TryReadReference(depth, out value, out height);
            case Amf0Marker.Object or Amf0Marker.TypedObject or Amf0Marker.EcmaArray or Amf0Marker.StrictArray:
                return TryReadComposite((Amf0Marker)marker[0], depth, out value, out height);
            case Amf0Marker.Amf3 when _allowsAmf3:
                return TryReadAmf3(depth, out value, out height);
            default:
                return false;
        }
    }

    private bool TryReadNumber([NotNullWhen(true)] out AmfValue? value)
    {
        value = null;
        return TryTake(sizeof(double), out ReadOnlySpan<byte> bytes)
            && Some(new AmfNumber(BinaryPrimitives.ReadDoubleBigEndian(bytes)), out value);
    }

    private bool TryReadBoolean([NotNullWhen(true)] out AmfValue? value)
    {
        value = null;
        return TryTake(1, out ReadOnlySpan<byte> bytes) && Some(new AmfBoolean(bytes[0] != 0), out value);
    }

    private bool TryReadDate([NotNullWhen(true)] out AmfValue? value)
    {
        value = null;
        if (!TryTake(sizeof(double) + sizeof(short), out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        double milliseconds = BinaryPrimitives.ReadDoubleBigEndian(bytes);
        short timeZone = BinaryPrimitives.ReadInt16BigEndian(bytes[sizeof(double)..]);
        return Some(new AmfDate(milliseconds, timeZone), out value);
    }

    private bool TryReadReference(int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (!TryTake(sizeof(ushort), out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        int index = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (_referables is null || index >= _referables.Count)
        {
            return false;
        }

        // A value that is still being read would refer to itself: a cycle, which nothing that walks values expects.
        AmfReferable target = _referables[index];
        if (target.Value is null || depth + target.Height > _limits.MaximumDepth || !TryCharge(ref _valuesLeft, target.Values))
        {
            return false;
        }

        height = target.Height;
        return Some(target.Value, out value);
    }

    // AMF0 3.1: the value is AMF3; what follows it is AMF0 again.
    private bool TryReadAmf3(int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        _amf3 ??= new Amf3Tables();
        var reader = new Amf3Reader(_source[_position..], _limits, _amf3, _valuesLeft, _stringBytesLeft);
        if (!reader.TryRead(depth, out value, out height))
        {
            return false;
        }

        _position += reader.Position;
        (_valuesLeft, _stringBytesLeft) = (reader.ValuesLeft, reader.StringBytesLeft);
        return true;
    }

    private bool TryReadComposite(Amf0Marker marker, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (depth >= _limits.MaximumDepth)
        {
            return false;
        }

        _referables ??= [];
        int index = _referables.Count;
        int valuesLeft = _valuesLeft;
        _referables.Add(default);
        bool read = marker == Amf0Marker.StrictArray
            ? TryReadElements(depth + 1, out value, out int inner)
            : TryReadMap(marker, depth + 1, out value, out inner);
        if (!read)
        {
            return false;
        }

        height = inner + 1;
        _referables[index] = new AmfReferable(value, valuesLeft - _valuesLeft, height);
        return value is not null;
    }

    private bool TryReadElements(int depth, out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (!TryTake(sizeof(uint), out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        // Every element takes at least its marker: a count beyond the bytes that are left is a lie.
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (count > _source.Length - _position || count > _valuesLeft)
        {
            return false;
        }

        var values = new List<AmfValue>();
        for (uint i = 0; i < count; i++)
        {
            if (!TryReadValue(depth, out AmfValue? element, out int inner))
            {
                return false;
            }

            height = Math.Max(height, inner);
            values.Add(element);
        }

        return Some(new AmfStrictArray(values), out value);
    }

    private bool TryReadMap(Amf0Marker marker, int depth, out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        string? className = null;
        if (marker == Amf0Marker.TypedObject && !TryReadShortText(out className))
        {
            return false;
        }

        if (marker == Amf0Marker.EcmaArray && !TryTake(sizeof(uint), out _))
        {
            return false;
        }

        var properties = new List<KeyValuePair<string, AmfValue>>();
        while (!TryTakeObjectEnd())
        {
            if (!TryReadProperty(depth, out KeyValuePair<string, AmfValue> property, out int inner))
            {
                return false;
            }

            height = Math.Max(height, inner);
            properties.Add(property);
        }

        return marker == Amf0Marker.EcmaArray
            ? Some(new AmfEcmaArray(properties), out value)
            : Some(new AmfObject(className, properties), out value);
    }

    // AMF0 2.11: an empty name, then the marker.
    private bool TryTakeObjectEnd()
    {
        if (!_source[_position..].StartsWith([(byte)0, (byte)0, (byte)Amf0Marker.ObjectEnd]))
        {
            return false;
        }

        _position += 3;
        return true;
    }

    private bool TryReadShortText([NotNullWhen(true)] out string? text)
    {
        text = null;
        return TryTake(sizeof(ushort), out ReadOnlySpan<byte> length)
            && TryReadText(BinaryPrimitives.ReadUInt16BigEndian(length), out text);
    }

    private bool TryReadLongText([NotNullWhen(true)] out string? text)
    {
        text = null;
        return TryTake(sizeof(uint), out ReadOnlySpan<byte> length)
            && TryReadText(BinaryPrimitives.ReadUInt32BigEndian(length), out text);
    }

    private bool TryReadText(uint length, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (length > _source.Length - _position || length > _stringBytesLeft)
        {
            return false;
        }

        _stringBytesLeft -= (int)length;
        text = Encoding.UTF8.GetString(_source.Slice(_position, (int)length));
        _position += (int)length;
        return true;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count > _source.Length - _position)
        {
            bytes = default;
            return false;
        }

        bytes = _source.Slice(_position, count);
        _position += count;
        return true;
    }

    private static bool TryCharge(ref int budget, int amount)
    {
        budget -= amount;
        return budget >= 0;
    }

    private static bool Some(AmfValue read, [NotNullWhen(true)] out AmfValue? value)
    {
        value = read;
        return true;
    }
}
