using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What every RTMP connection works with. Immutable; shared by all.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Applications">The settings of single applications.</param>
/// <param name="Streams">What is published.</param>
/// <param name="Finder">What can be played.</param>
/// <param name="Ladder">In which levels.</param>
/// <param name="Access">Who may do what.</param>
/// <param name="Sessions">Where connections and their media sessions are entered.</param>
/// <param name="Identity">Our name in relay paths.</param>
/// <param name="Redirects">Where clients are sent to.</param>
/// <param name="Files">What files are played with.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Time">For timers.</param>
/// <param name="Metrics">Where sessions are counted.</param>
/// <param name="Logger">Where they are told.</param>
internal sealed record RtmpServices(
    RtmpServerOptions Options,
    IOptions<ApplicationsOptions> Applications,
    StreamRegistry Streams,
    StreamFinder Finder,
    ILadder Ladder,
    IAccessControl Access,
    SessionDirectory Sessions,
    GatewayIdentity Identity,
    RtmpRedirects Redirects,
    RtmpFileServices Files,
    GatewayClock Clock,
    TimeProvider Time,
    GatewayMetrics Metrics,
    ILogger<RtmpServices> Logger);
