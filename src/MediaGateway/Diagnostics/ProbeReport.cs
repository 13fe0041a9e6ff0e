namespace MediaGateway.Diagnostics;

/// <summary>The body of <c>GET /healthz</c> and <c>GET /readyz</c>.</summary>
/// <param name="Status"><c>ok</c>, or <c>failing</c> with status 503.</param>
/// <param name="Problems">Why, in words; empty when all is well.</param>
internal sealed record ProbeReport(string Status, IReadOnlyList<string> Problems);
