namespace MediaGateway.Diagnostics;

/// <summary>The body of <c>GET /api/statistics</c>: figures since the start of the process.</summary>
/// <param name="UptimeSeconds">Since the start of the process.</param>
/// <param name="VideoDelay">The delay added to pictures: kernel's receipt of the last byte to the return of the send call.</param>
/// <param name="AudioDelay">The delay added to sound: the packet that completes the encoder's input to the return of the send call.</param>
/// <param name="Buffers">Pooled buffers in use, by what they are used for.</param>
/// <param name="SelfTest">What the test at the start has found about the ways to the gateway, in one sentence; null until it is done.</param>
internal sealed record StatisticsReport(
    double UptimeSeconds, DelaySummary VideoDelay, DelaySummary AudioDelay, IReadOnlyDictionary<string, long> Buffers, string? SelfTest);
