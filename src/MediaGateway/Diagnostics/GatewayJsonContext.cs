using System.Text.Json.Serialization;

namespace MediaGateway.Diagnostics;

/// <summary>Writes the reports as JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ProbeReport))]
[JsonSerializable(typeof(StreamReport[]))]
[JsonSerializable(typeof(StatisticsReport))]
internal sealed partial class GatewayJsonContext : JsonSerializerContext;
