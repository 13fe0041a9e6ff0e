using MediaGateway.Configuration;
using MediaGateway.Diagnostics;

namespace MediaGateway.Servers.Flv;

/// <summary>What the viewers of FLV over HTTP stand on.</summary>
/// <param name="Options">The bounds of a viewer, which are those of RTMP's.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Time">Timers.</param>
/// <param name="Metrics">Figures.</param>
internal sealed record FlvServices(RtmpOptions Options, GatewayClock Clock, TimeProvider Time, GatewayMetrics Metrics);
