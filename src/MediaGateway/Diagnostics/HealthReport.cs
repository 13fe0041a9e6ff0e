namespace MediaGateway.Diagnostics;

/// <summary>The body of <c>GET /health</c>.</summary>
/// <param name="Status">Always <c>healthy</c>: a gateway that cannot answer is not.</param>
/// <param name="UptimeSeconds">Since the start of the process.</param>
/// <param name="Streams">Streams now published.</param>
internal sealed record HealthReport(string Status, double UptimeSeconds, int Streams);
