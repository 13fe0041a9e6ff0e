using System.Text.Json.Serialization;

namespace MediaGateway.Recording;

/// <summary>Reads and writes what stands beside recordings, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordingEntry))]
internal sealed partial class RecordingJsonContext : JsonSerializerContext;
