using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using MediaGateway.Media.Amf;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.Amf;

/// <summary>The AMF0 values in Flash's shared object files, against what another decoder made of them.</summary>
public sealed class SharedObjectTests
{
    private const int NameOffset = 16;
    private const int VersionLength = 4;

    private static readonly AmfLimits Generous = new() { MaximumStringBytes = 128 * 1024 };

    [Fact]
    public void EveryFile_ReadsAsTheOtherDecoderReadsIt()
    {
        foreach (string path in TestData.Files("amf", "flash-lso-sol").Where(path => Path.GetExtension(path) == ".sol"))
        {
            JsonNode? expected = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(path, ".json")))!["body"];
            RemoveArrayLengths(expected);
            ResolveReferences(expected, [null]);
            var actual = new JsonArray([.. Read(File.ReadAllBytes(path), Generous).Select(Property)]);
            Assert.True(
                JsonElement.DeepEquals(JsonSerializer.SerializeToElement(expected), JsonSerializer.SerializeToElement(actual)),
                $"{path}\n{expected}\n{actual}");
        }
    }

    [Fact]
    public void StringOverTheDefaultLimit_IsRefused()
    {
        byte[] file = TestData.Read("amf", "flash-lso-sol", "AS2-LongString-Demo.sol");
        Assert.Empty(Read(file, AmfLimits.Default));
        Assert.Single(Read(file, Generous));
    }

    // References count the file itself as the first object: so it is read as one, without the zero byte behind each property.
    private static IReadOnlyList<KeyValuePair<string, AmfValue>> Read(byte[] file, AmfLimits limits)
    {
        var body = new List<byte> { 0x03 };
        int position = NameOffset + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(NameOffset)) + VersionLength;
        while (position < file.Length)
        {
            int start = position;
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(position));
            position += LengthOfValue(file.AsSpan(position));
            body.AddRange(file.AsSpan(start, position - start));
            position++;
        }

        body.AddRange([0, 0, 0x09]);
        var reader = new Amf0Reader([.. body], limits);
        return reader.TryRead(out AmfValue? value) ? ((AmfObject)value).Properties : [];
    }

    private static int LengthOfValue(ReadOnlySpan<byte> bytes)
    {
        const byte Reference = 0x07;
        if (bytes[0] == Reference)
        {
            return 3;
        }

        var reader = new Amf0Reader(bytes, Generous);
        Assert.True(reader.TryRead(out _));
        return reader.Position;
    }

    private static JsonObject Property(KeyValuePair<string, AmfValue> property) =>
        new() { ["name"] = property.Key, ["value"] = Value(property.Value) };

    private static JsonNode Value(AmfValue value) => value switch
    {
        AmfNumber number => new JsonObject { ["Number"] = number.Value },
        AmfBoolean boolean => new JsonObject { ["Bool"] = boolean.Value },
        AmfString text => new JsonObject { ["String"] = text.Value },
        AmfXmlDocument xml => new JsonObject { ["XML"] = new JsonArray(xml.Value, true) },
        AmfDate date => new JsonObject { ["Date"] = new JsonArray(date.Milliseconds, (int)date.TimeZone) },
        AmfNull => JsonValue.Create("Null"),
        AmfUndefined => JsonValue.Create("Undefined"),
        AmfEcmaArray array => new JsonObject { ["ECMAArray"] = new JsonArray(-1, new JsonArray(), Elements(array)) },
        AmfObject { ClassName: var className } map => new JsonObject
        {
            ["Object"] = new JsonObject
            {
                ["id"] = -1,
                ["data"] = new JsonObject
                {
                    ["elements"] = Elements(map),
                    ["class_definition"] = className is null
                        ? null
                        : new JsonObject { ["name"] = className, ["attributes"] = 0, ["static_properties"] = new JsonArray() },
                },
            },
        },
        _ => throw new ArgumentException($"{value} does not occur in these files."),
    };

    private static JsonArray Elements(AmfMap map) => [.. map.Properties.Select(Property)];

    // The other decoder leaves a reference as a number; ours puts the value there.
    private static void ResolveReferences(JsonNode? node, List<JsonNode?> referables)
    {
        if (node is JsonObject map)
        {
            if (map["Reference"] is { } reference)
            {
                map.ReplaceWith(referables[reference.GetValue<int>()]!.DeepClone());
                return;
            }

            if (map.ContainsKey("ECMAArray") || map.ContainsKey("Object"))
            {
                referables.Add(map);
            }

            foreach ((_, JsonNode? value) in map.ToList())
            {
                ResolveReferences(value, referables);
            }
        }
        else if (node is JsonArray elements)
        {
            foreach (JsonNode? element in elements.ToList())
            {
                ResolveReferences(element, referables);
            }
        }
    }

    // The last element is the count on the wire, which our reader does not keep.
    private static void RemoveArrayLengths(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach ((string name, JsonNode? value) in map.ToList())
            {
                if (name == "ECMAArray" && value is JsonArray { Count: 4 } array)
                {
                    array.RemoveAt(3);
                }

                RemoveArrayLengths(value);
            }
        }
        else if (node is JsonArray elements)
        {
            foreach (JsonNode? element in elements)
            {
                RemoveArrayLengths(element);
            }
        }
    }
}
