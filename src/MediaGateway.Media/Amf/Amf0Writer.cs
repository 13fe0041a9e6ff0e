using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MediaGateway.Media.Amf;

/// <summary>Writes AMF0 values one after the other, without building them first. The caller keeps the order legal.</summary>
public readonly ref struct Amf0Writer
{
    // Bytes that were not UTF-8 have become three each.
    private const int LongestSafeName = ushort.MaxValue / 3;

    private readonly IBufferWriter<byte> _output;

    /// <summary>Makes a writer that appends to <paramref name="output"/>.</summary>
    public Amf0Writer(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
    }

    /// <summary>Writes a number.</summary>
    public void WriteNumber(double value)
    {
        Span<byte> bytes = _output.GetSpan(1 + sizeof(double));
        bytes[0] = (byte)Amf0Marker.Number;
        BinaryPrimitives.WriteDoubleBigEndian(bytes[1..], value);
        _output.Advance(1 + sizeof(double));
    }

    /// <summary>Writes a truth value.</summary>
    public void WriteBoolean(bool value) => _output.Write([(byte)Amf0Marker.Boolean, value ? (byte)1 : (byte)0]);

    /// <summary>Writes a string, in the long form when it has 65,536 bytes or more.</summary>
    public void WriteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int length = Encoding.UTF8.GetByteCount(value);
        if (length <= ushort.MaxValue)
        {
            _output.Write([(byte)Amf0Marker.String]);
            WriteShortText(value, length);
            return;
        }

        WriteLongText(Amf0Marker.LongString, value);
    }

    /// <summary>Writes null.</summary>
    public void WriteNull() => _output.Write([(byte)Amf0Marker.Null]);

    /// <summary>Starts an anonymous object; properties follow, then <see cref="WriteObjectEnd"/>.</summary>
    public void WriteObjectStart() => _output.Write([(byte)Amf0Marker.Object]);

    /// <summary>Starts an ECMA array of <paramref name="count"/> properties; they follow, then <see cref="WriteObjectEnd"/>.</summary>
    public void WriteEcmaArrayStart(int count)
    {
        Span<byte> bytes = _output.GetSpan(1 + sizeof(int));
        bytes[0] = (byte)Amf0Marker.EcmaArray;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], count);
        _output.Advance(1 + sizeof(int));
    }

    /// <summary>Starts a strict array of <paramref name="count"/> values; exactly as many follow.</summary>
    public void WriteStrictArrayStart(int count)
    {
        Span<byte> bytes = _output.GetSpan(1 + sizeof(int));
        bytes[0] = (byte)Amf0Marker.StrictArray;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], count);
        _output.Advance(1 + sizeof(int));
    }

    /// <summary>
    /// Writes any value. A name that has grown too long for AMF0 is cut; a class name is left out, as no receiver may make a type of it. The value's depth and size were bounded
    /// by whoever read it.
    /// </summary>
    public void WriteValue(AmfValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        switch (value)
        {
            case AmfNumber number:
                WriteNumber(number.Value);
                break;
            case AmfBoolean boolean:
                WriteBoolean(boolean.Value);
                break;
            case AmfString text:
                WriteString(text.Value);
                break;
            case AmfXmlDocument document:
                WriteLongText(Amf0Marker.XmlDocument, document.Value);
                break;
            case AmfDate date:
                WriteDate(date);
                break;
            case AmfStrictArray array:
                WriteStrictArrayStart(array.Values.Count);
                foreach (AmfValue element in array.Values)
                {
                    WriteValue(element);
                }

                break;
            case AmfEcmaArray array:
                WriteEcmaArrayStart(array.Properties.Count);
                WriteProperties(array);
                break;
            case AmfMap map:
                WriteObjectStart();
                WriteProperties(map);
                break;
            case AmfUndefined:
                _output.Write([(byte)Amf0Marker.Undefined]);
                break;
            default:
                WriteNull();
                break;
        }
    }

    /// <summary>Writes the name of the property whose value is written next; at most 65,535 bytes.</summary>
    public void WritePropertyName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int length = Encoding.UTF8.GetByteCount(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(name));
        WriteShortText(name, length);
    }

    /// <summary>Ends an object or ECMA array.</summary>
    public void WriteObjectEnd() => _output.Write([(byte)0, (byte)0, (byte)Amf0Marker.ObjectEnd]);

    /// <summary>Writes a property with a number.</summary>
    public void WriteProperty(string name, double value)
    {
        WritePropertyName(name);
        WriteNumber(value);
    }

    /// <summary>Writes a property with a truth value.</summary>
    public void WriteProperty(string name, bool value)
    {
        WritePropertyName(name);
        WriteBoolean(value);
    }

    /// <summary>Writes a property with a string.</summary>
    public void WriteProperty(string name, string value)
    {
        WritePropertyName(name);
        WriteString(value);
    }

    private void WriteProperties(AmfMap map)
    {
        foreach ((string name, AmfValue value) in map.Properties)
        {
            WritePropertyName(name.Length <= LongestSafeName ? name : name[..LongestSafeName]);
            WriteValue(value);
        }

        WriteObjectEnd();
    }

    private void WriteDate(AmfDate date)
    {
        Span<byte> bytes = _output.GetSpan(1 + sizeof(double) + sizeof(short));
        bytes[0] = (byte)Amf0Marker.Date;
        BinaryPrimitives.WriteDoubleBigEndian(bytes[1..], date.Milliseconds);
        BinaryPrimitives.WriteInt16BigEndian(bytes[(1 + sizeof(double))..], date.TimeZone);
        _output.Advance(1 + sizeof(double) + sizeof(short));
    }

    private void WriteLongText(Amf0Marker marker, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Span<byte> bytes = _output.GetSpan(1 + sizeof(uint) + length);
        bytes[0] = (byte)marker;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], (uint)length);
        Encoding.UTF8.GetBytes(value, bytes[(1 + sizeof(uint))..]);
        _output.Advance(1 + sizeof(uint) + length);
    }

    private void WriteShortText(string value, int length)
    {
        Span<byte> bytes = _output.GetSpan(sizeof(ushort) + length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)length);
        Encoding.UTF8.GetBytes(value, bytes[sizeof(ushort)..]);
        _output.Advance(sizeof(ushort) + length);
    }
}
