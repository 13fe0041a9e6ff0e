using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace MediaGateway.Hooks;

/// <summary>Writes one hook's JSON object, leaving out what the backend does not want.</summary>
internal sealed class HookBody(FrozenSet<string> excluded) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private Utf8JsonWriter? _writer;

    private Utf8JsonWriter Writer => _writer ??= Start();

    /// <summary>A text; left out when it is null.</summary>
    public HookBody Text(string name, string? value)
    {
        if (value is not null && Wants(name))
        {
            Writer.WriteString(name, value);
        }

        return this;
    }

    /// <summary>A truth value.</summary>
    public HookBody Flag(string name, bool value)
    {
        if (Wants(name))
        {
            Writer.WriteBoolean(name, value);
        }

        return this;
    }

    /// <summary>A number.</summary>
    public HookBody Number(string name, long value)
    {
        if (Wants(name))
        {
            Writer.WriteNumber(name, value);
        }

        return this;
    }

    /// <summary>A list of texts.</summary>
    public HookBody List(string name, ReadOnlySpan<string> values)
    {
        if (!Wants(name))
        {
            return this;
        }

        Writer.WriteStartArray(name);
        foreach (string value in values)
        {
            Writer.WriteStringValue(value);
        }

        Writer.WriteEndArray();
        return this;
    }

    /// <summary>Parameters as an object of texts. Of those that share a name the last one counts.</summary>
    public HookBody Parameters(string name, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        if (!Wants(name))
        {
            return this;
        }

        Writer.WriteStartObject(name);
        foreach (KeyValuePair<string, string> parameter in HookParameters.LastOfEach(parameters))
        {
            Writer.WriteString(parameter.Key, parameter.Value);
        }

        Writer.WriteEndObject();
        return this;
    }

    /// <summary>A value that is JSON already, checked before.</summary>
    public HookBody Json(string name, string json)
    {
        if (Wants(name))
        {
            Writer.WritePropertyName(name);
            Writer.WriteRawValue(json);
        }

        return this;
    }

    /// <summary>Ends the object and returns it.</summary>
    public ReadOnlyMemory<byte> End()
    {
        Writer.WriteEndObject();
        Writer.Flush();
        return _bytes.WrittenMemory;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private bool Wants(string name) => !excluded.Contains(name);

    private Utf8JsonWriter Start()
    {
        var writer = new Utf8JsonWriter(_bytes);
        writer.WriteStartObject();
        return writer;
    }
}
