using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using MediaGateway.Authorization;
using MediaGateway.Media.Amf;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// A page's data inside a stream: the data message <c>onTextData</c>, whose property <c>text</c> is the JSON. Encoders send text of their own
/// in the same message: what is no JSON is a JSON string to pages.
/// </summary>
internal static class DataText
{
    private const string Name = "onTextData";
    private const string TextProperty = "text";

    /// <summary>Makes the body of the data message.</summary>
    public static ReadOnlyMemory<byte> Write(string json)
    {
        var bytes = new ArrayBufferWriter<byte>(json.Length + 64);
        var writer = new Amf0Writer(bytes);
        writer.WriteString(Name);
        writer.WriteValue(new AmfEcmaArray(
        [
            KeyValuePair.Create<string, AmfValue>("type", new AmfString("Text")),
            KeyValuePair.Create<string, AmfValue>(TextProperty, new AmfString(json)),
        ]));
        return bytes.WrittenMemory;
    }

    /// <summary>Reads the body of a data message; false when it is another one, or is broken.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out JsonElement payload)
    {
        payload = default;
        if (!TryReadText(message, out string? text))
        {
            return false;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        bool isJson = utf8.Length <= PageStreams.MaximumDataBytes
            && CheckedJson.TryParse(utf8, PageStreams.MaximumDataDepth, out payload);
        if (!isJson)
        {
            payload = JsonSerializer.SerializeToElement(text);
        }

        return true;
    }

    private static bool TryReadText(ReadOnlySpan<byte> message, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var reader = new Amf0Reader(message, AmfLimits.Default);
        if (reader.TryRead(out AmfValue? name) && name.AsString == Name && reader.TryRead(out AmfValue? value))
        {
            text = value is AmfMap map ? map.Find(TextProperty)?.AsString : value.AsString;
        }

        return text is not null;
    }
}
