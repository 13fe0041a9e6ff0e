using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;

namespace MediaGateway.Servers.WebRtc;

/// <summary>What every viewer needs of the rest of the gateway.</summary>
/// <param name="Options">Waiting for publishers.</param>
/// <param name="Streams">Where streams are waited for.</param>
/// <param name="Finder">Where they are found.</param>
/// <param name="Ladder">The levels of streams.</param>
/// <param name="Renditions">Converted pictures.</param>
/// <param name="Metrics">The gateway's figures.</param>
internal sealed record ViewerServices(
    WebRtcOptions Options,
    StreamRegistry Streams,
    StreamFinder Finder,
    ILadder Ladder,
    IVideoRenditions Renditions,
    GatewayMetrics Metrics);
