using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MediaGateway.Media.Amf;

/// <summary>
/// Reads AMF3 values from a complete message, into the same values as AMF0 has: integers become numbers, vectors dense arrays,
/// dictionaries objects, and byte arrays, which no command has, undefined. It never throws on what it reads and builds no more than its
/// limits allow; texts and objects that are referred to count each time. Objects with a format of their own are refused, but for the
/// wrappers of Flex, which hold one value.
/// </summary>
public ref struct Amf3Reader
{
    private const int LargestInteger = 0x0FFFFFFF;
    private const int IntegerSpan = 0x20000000;
    private const string FlexPrefix = "flex.messaging.io.";

    private readonly ReadOnlySpan<byte> _source;
    private readonly AmfLimits _limits;
    private readonly Amf3Tables _tables;
    private int _position;
    private int _valuesLeft;
    private int _stringBytesLeft;

    /// <summary>Makes a reader at the first byte of <paramref name="source"/>; the limits hold for all its values together.</summary>
    public Amf3Reader(ReadOnlySpan<byte> source, AmfLimits limits)
        : this(source, limits, new Amf3Tables(), limits?.MaximumValues ?? 0, limits?.MaximumStringBytes ?? 0)
    {
    }

    /// <summary>Makes a reader for a value inside an AMF0 message, which goes on with that message's tables and budgets.</summary>
    internal Amf3Reader(ReadOnlySpan<byte> source, AmfLimits limits, Amf3Tables tables, int valuesLeft, int stringBytesLeft)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _source = source;
        _limits = limits;
        _tables = tables;
        _valuesLeft = valuesLeft;
        _stringBytesLeft = stringBytesLeft;
    }

    /// <summary>Bytes read so far. Undefined after a failure.</summary>
    public readonly int Position => _position;

    /// <summary>Whether every byte was read.</summary>
    public readonly bool IsAtEnd => _position == _source.Length;

    /// <summary>What is left of the limit on values.</summary>
    internal readonly int ValuesLeft => _valuesLeft;

    /// <summary>What is left of the limit on texts.</summary>
    internal readonly int StringBytesLeft => _stringBytesLeft;

    /// <summary>Reads the next value; false when the bytes are cut short, not AMF3, or over a limit. Do not read on after that.</summary>
    public bool TryRead([NotNullWhen(true)] out AmfValue? value) => TryRead(depth: 0, out value, out _);

    /// <summary>Reads the next value inside <paramref name="depth"/> objects and arrays; <paramref name="height"/> is what it adds.</summary>
    internal bool TryRead(int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (!TryTake(1, out ReadOnlySpan<byte> marker) || !TryCharge(1))
        {
            return false;
        }

        switch ((Amf3Marker)marker[0])
        {
            case Amf3Marker.Undefined:
                return Some(new AmfUndefined(), out value);
            case Amf3Marker.Null:
                return Some(new AmfNull(), out value);
            case Amf3Marker.False:
                return Some(new AmfBoolean(false), out value);
            case Amf3Marker.True:
                return Some(new AmfBoolean(true), out value);
            case Amf3Marker.Integer:
                return TryReadInteger(out value);
            case Amf3Marker.Double:
                return TryReadDouble(out double number) && Some(new AmfNumber(number), out value);
            case Amf3Marker.String:
                return TryReadText(out string? text, out _) && Some(new AmfString(text), out value);
            default:
                return TryReadReferable((Amf3Marker)marker[0], depth, out value, out height);
        }
    }

    private bool TryReadInteger([NotNullWhen(true)] out AmfValue? value)
    {
        value = null;
        return TryReadUnsigned(out int bits) && Some(new AmfNumber(bits > LargestInteger ? bits - IntegerSpan : bits), out value);
    }

    // AMF3 1.3.1: seven bits to a byte while the top bit is set, the fourth byte has eight.
    private bool TryReadUnsigned(out int value)
    {
        value = 0;
        for (int i = 0; i < 4; i++)
        {
            if (!TryTake(1, out ReadOnlySpan<byte> next))
            {
                return false;
            }

            if (i == 3)
            {
                value = (value << 8) | next[0];
                return true;
            }

            value = (value << 7) | (next[0] & 0x7F);
            if (next[0] < 0x80)
            {
                return true;
            }
        }

        return true;
    }

    private bool TryReadDouble(out double value)
    {
        bool isRead = TryTake(sizeof(double), out ReadOnlySpan<byte> bytes);
        value = isRead ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : 0;
        return isRead;
    }

    // AMF3 1.3.2: the low bit says whether a text follows or its place in the table. The empty text is never in the table.
    private bool TryReadText([NotNullWhen(true)] out string? text, out int byteCount)
    {
        (text, byteCount) = (null, 0);
        if (!TryReadUnsigned(out int head))
        {
            return false;
        }

        int number = head >> 1;
        if ((head & 1) == 0)
        {
            if (number >= _tables.Texts.Count)
            {
                return false;
            }

            (text, byteCount) = _tables.Texts[number];
            return TryChargeText(byteCount);
        }

        byteCount = number;
        if (!TryReadPlainText(number, out text))
        {
            return false;
        }

        if (number > 0)
        {
            _tables.Texts.Add((text, number));
        }

        return true;
    }

    private bool TryReadPlainText(int length, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryTake(length, out ReadOnlySpan<byte> bytes) || !TryChargeText(length))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }

    private bool TryReadReferable(Amf3Marker marker, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (marker > Amf3Marker.Dictionary || !TryReadUnsigned(out int head))
        {
            return false;
        }

        if ((head & 1) == 0)
        {
            return TryRefer(head >> 1, depth, out value, out height);
        }

        if (depth >= _limits.MaximumDepth)
        {
            return false;
        }

        int index = _tables.Objects.Count;
        int valuesLeft = _valuesLeft;
        _tables.Objects.Add(default);
        if (!TryReadContent(marker, head >> 1, depth + 1, out value, out int inner))
        {
            return false;
        }

        height = inner + 1;
        _tables.Objects[index] = new AmfReferable(value, valuesLeft - _valuesLeft, height);
        return true;
    }

    private bool TryRefer(int index, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (index >= _tables.Objects.Count)
        {
            return false;
        }

        // A value that is still being read would refer to itself: a cycle, which nothing that walks values expects.
        AmfReferable target = _tables.Objects[index];
        if (target.Value is null || depth + target.Height > _limits.MaximumDepth || !TryCharge(target.Values))
        {
            return false;
        }

        height = target.Height;
        return Some(target.Value, out value);
    }

    private bool TryReadContent(Amf3Marker marker, int number, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        switch (marker)
        {
            case Amf3Marker.XmlDocument or Amf3Marker.Xml:
                return TryReadPlainText(number, out string? xml) && Some(new AmfXmlDocument(xml), out value);
            case Amf3Marker.Date:
                return TryReadDouble(out double milliseconds) && Some(new AmfDate(milliseconds, 0), out value);
            case Amf3Marker.ByteArray:
                return TryTake(number, out _) && Some(new AmfUndefined(), out value);
            case Amf3Marker.Array:
                return TryReadArray(number, depth, out value, out height);
            case Amf3Marker.Object:
                return TryReadObject(number, depth, out value, out height);
            case Amf3Marker.VectorOfInt or Amf3Marker.VectorOfUint or Amf3Marker.VectorOfDouble:
                return TryReadNumbers(marker, number, out value);
            case Amf3Marker.VectorOfObject:
                return TryTake(1, out _) && TryReadText(out _, out _) && TryReadElements(number, depth, out value, out height);
            default:
                return TryReadDictionary(number, depth, out value, out height);
        }
    }

    // AMF3 3.11: named values up to an empty name, then as many others as announced.
    private bool TryReadArray(int count, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        List<KeyValuePair<string, AmfValue>> properties = [];
        if (!TryReadDynamic(properties, depth, out height) || !TryReadElements(count, depth, out AmfValue? dense, out int inner))
        {
            return false;
        }

        height = Math.Max(height, inner);
        if (properties.Count == 0)
        {
            return Some(dense, out value);
        }

        IReadOnlyList<AmfValue> elements = ((AmfStrictArray)dense).Values;
        for (int i = 0; i < elements.Count; i++)
        {
            properties.Add(new KeyValuePair<string, AmfValue>(i.ToString(CultureInfo.InvariantCulture), elements[i]));
        }

        return Some(new AmfEcmaArray(properties), out value);
    }

    private bool TryReadElements(int count, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;

        // Every element takes at least its marker: a count beyond the bytes that are left is a lie.
        if (count > _source.Length - _position || count > _valuesLeft)
        {
            return false;
        }

        var elements = new List<AmfValue>();
        for (int i = 0; i < count; i++)
        {
            if (!TryRead(depth, out AmfValue? element, out int inner))
            {
                return false;
            }

            height = Math.Max(height, inner);
            elements.Add(element);
        }

        return Some(new AmfStrictArray(elements), out value);
    }

    private bool TryReadNumbers(Amf3Marker marker, int count, [NotNullWhen(true)] out AmfValue? value)
    {
        value = null;
        int size = marker == Amf3Marker.VectorOfDouble ? sizeof(double) : sizeof(int);
        if (!TryTake(1, out _) || count > (_source.Length - _position) / size || !TryCharge(count))
        {
            return false;
        }

        var elements = new List<AmfValue>(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> bytes = _source.Slice(_position, size);
            _position += size;
            elements.Add(new AmfNumber(marker switch
            {
                Amf3Marker.VectorOfInt => BinaryPrimitives.ReadInt32BigEndian(bytes),
                Amf3Marker.VectorOfUint => BinaryPrimitives.ReadUInt32BigEndian(bytes),
                _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
            }));
        }

        return Some(new AmfStrictArray(elements), out value);
    }

    private bool TryReadDictionary(int count, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (!TryTake(1, out _) || count > (_source.Length - _position) / 2 || count > _valuesLeft)
        {
            return false;
        }

        List<KeyValuePair<string, AmfValue>> properties = [];
        for (int i = 0; i < count; i++)
        {
            if (!TryRead(depth, out AmfValue? key, out int keyHeight) || !TryRead(depth, out AmfValue? entry, out int entryHeight))
            {
                return false;
            }

            height = Math.Max(height, Math.Max(keyHeight, entryHeight));
            if ((key.AsString ?? key.AsNumber?.ToString(CultureInfo.InvariantCulture)) is { } name)
            {
                properties.Add(new KeyValuePair<string, AmfValue>(name, entry));
            }
        }

        return Some(new AmfObject(null, properties), out value);
    }

    private bool TryReadObject(int number, int depth, [NotNullWhen(true)] out AmfValue? value, out int height)
    {
        value = null;
        height = 0;
        if (!TryReadTraits(number, out Amf3Traits? traits))
        {
            return false;
        }

        if (traits.IsExternal)
        {
            return traits.ClassName.StartsWith(FlexPrefix, StringComparison.Ordinal) && TryRead(depth, out value, out height);
        }

        List<KeyValuePair<string, AmfValue>> properties = [];
        foreach (string name in traits.Names)
        {
            if (!TryRead(depth, out AmfValue? property, out int inner))
            {
                return false;
            }

            height = Math.Max(height, inner);
            properties.Add(new KeyValuePair<string, AmfValue>(name, property));
        }

        if (traits.IsDynamic)
        {
            if (!TryReadDynamic(properties, depth, out int inner))
            {
                return false;
            }

            height = Math.Max(height, inner);
        }

        return Some(new AmfObject(traits.ClassName.Length == 0 ? null : traits.ClassName, properties), out value);
    }

    // AMF3 3.12, U29O after its lowest bit: 0 and a place in the table, or 1, external, dynamic and the count of names.
    private bool TryReadTraits(int number, [NotNullWhen(true)] out Amf3Traits? traits)
    {
        traits = null;
        if ((number & 1) == 0)
        {
            if (number >> 1 >= _tables.Traits.Count)
            {
                return false;
            }

            traits = _tables.Traits[number >> 1];
            return TryChargeText(traits.NameBytes);
        }

        int count = number >> 3;
        if (!TryReadText(out string? className, out _) || count > _source.Length - _position || count > _valuesLeft)
        {
            return false;
        }

        var names = new List<string>();
        int nameBytes = 0;
        for (int i = 0; i < count; i++)
        {
            if (!TryReadText(out string? name, out int bytes))
            {
                return false;
            }

            nameBytes += bytes;
            names.Add(name);
        }

        traits = new Amf3Traits(className, IsDynamic: (number & 4) != 0, IsExternal: (number & 2) != 0, names, nameBytes);
        _tables.Traits.Add(traits);
        return true;
    }

    private bool TryReadDynamic(List<KeyValuePair<string, AmfValue>> properties, int depth, out int height)
    {
        height = 0;
        while (true)
        {
            if (!TryReadText(out string? name, out _))
            {
                return false;
            }

            if (name.Length == 0)
            {
                return true;
            }

            if (!TryRead(depth, out AmfValue? property, out int inner))
            {
                return false;
            }

            height = Math.Max(height, inner);
            properties.Add(new KeyValuePair<string, AmfValue>(name, property));
        }
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

    private bool TryCharge(int values)
    {
        _valuesLeft -= values;
        return _valuesLeft >= 0;
    }

    private bool TryChargeText(int bytes)
    {
        _stringBytesLeft -= bytes;
        return _stringBytesLeft >= 0;
    }

    private static bool Some(AmfValue read, [NotNullWhen(true)] out AmfValue? value)
    {
        value = read;
        return true;
    }
}
