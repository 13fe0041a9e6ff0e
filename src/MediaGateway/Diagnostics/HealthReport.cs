using System.Text.Json.Serialization;

namespace MediaGateway.Diagnostics;

/// <summary>The body of <c>GET /health</c>.</summary>
/// <param name="Status">Always <c>healthy</c>: a gateway that cannot answer is not.</param>
/// <param name="UptimeSeconds">Since the start of the process.</param>
/// <param name="Streams">Streams now published.</param>
/// <param name="SelfTest">What the test at the start has found about the ways to the gateway, in one sentence; absent until it is done.</param>
internal sealed record HealthReport(
    string Status, double UptimeSeconds, int Streams, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SelfTest);
