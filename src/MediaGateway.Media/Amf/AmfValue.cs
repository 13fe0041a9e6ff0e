namespace MediaGateway.Media.Amf;

/// <summary>One value of the Action Message Format (AMF0 specification, section 2). Plain data: no type is ever created from a class name.</summary>
public abstract record AmfValue
{
    /// <summary>The number, or null when this is not one.</summary>
    public double? AsNumber => (this as AmfNumber)?.Value;

    /// <summary>The truth value, or null when this is not one. Some clients write a number instead.</summary>
    public bool? AsBoolean => this switch
    {
        AmfBoolean boolean => boolean.Value,
        AmfNumber number => number.Value != 0,
        _ => null,
    };

    /// <summary>The text, or null when this is not a string.</summary>
    public string? AsString => (this as AmfString)?.Value;
}

/// <summary>A number (2.2): always a double.</summary>
/// <param name="Value">The number.</param>
public sealed record AmfNumber(double Value) : AmfValue;

/// <summary>A truth value (2.3).</summary>
/// <param name="Value">The truth value.</param>
public sealed record AmfBoolean(bool Value) : AmfValue;

/// <summary>A string or long string (2.4, 2.14).</summary>
/// <param name="Value">The text. Bytes that are not UTF-8 were replaced by U+FFFD.</param>
public sealed record AmfString(string Value) : AmfValue;

/// <summary>An XML document (2.17), kept as text.</summary>
/// <param name="Value">The text.</param>
public sealed record AmfXmlDocument(string Value) : AmfValue;

/// <summary>The null value (2.7).</summary>
public sealed record AmfNull : AmfValue;

/// <summary>The undefined value (2.8), also read for a value that its sender marked unsupported (2.15).</summary>
public sealed record AmfUndefined : AmfValue;

/// <summary>A date (2.13).</summary>
/// <param name="Milliseconds">Milliseconds since 1970-01-01 UTC.</param>
/// <param name="TimeZone">Reserved by the specification; minutes when an old writer filled it.</param>
public sealed record AmfDate(double Milliseconds, short TimeZone) : AmfValue;

/// <summary>A dense array (2.12).</summary>
/// <param name="Values">The elements in order.</param>
public sealed record AmfStrictArray(IReadOnlyList<AmfValue> Values) : AmfValue;

/// <summary>A list of named values.</summary>
/// <param name="Properties">The names and values in wire order; a name may occur twice.</param>
public abstract record AmfMap(IReadOnlyList<KeyValuePair<string, AmfValue>> Properties) : AmfValue
{
    /// <summary>The value of a property, the last one if the name occurs twice; null when there is none.</summary>
    public AmfValue? Find(string name)
    {
        for (int i = Properties.Count - 1; i >= 0; i--)
        {
            if (Properties[i].Key == name)
            {
                return Properties[i].Value;
            }
        }

        return null;
    }
}

/// <summary>An anonymous or typed object (2.5, 2.18).</summary>
/// <param name="ClassName">The name that a typed object carries; null for an anonymous object. Only text.</param>
/// <param name="Properties">The names and values in wire order.</param>
public sealed record AmfObject(string? ClassName, IReadOnlyList<KeyValuePair<string, AmfValue>> Properties) : AmfMap(Properties);

/// <summary>An ECMA array (2.10): an object by another marker. The element count on the wire is a hint that nobody keeps.</summary>
/// <param name="Properties">The names and values in wire order.</param>
public sealed record AmfEcmaArray(IReadOnlyList<KeyValuePair<string, AmfValue>> Properties) : AmfMap(Properties);
