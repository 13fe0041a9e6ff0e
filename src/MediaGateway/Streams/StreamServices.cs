using MediaGateway.Configuration;
using MediaGateway.Diagnostics;

namespace MediaGateway.Streams;

/// <summary>What every stream needs of the rest of the gateway.</summary>
/// <param name="Options">The bounds of a stream.</param>
/// <param name="Time">Timers.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Metrics">The gateway's figures.</param>
/// <param name="AudioWorkers">Where audio bridges run.</param>
internal sealed record StreamServices(
    StreamOptions Options, TimeProvider Time, GatewayClock Clock, GatewayMetrics Metrics, AudioWorkerPool AudioWorkers);
