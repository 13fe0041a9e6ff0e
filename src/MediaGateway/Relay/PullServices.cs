using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Push;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Relay;

/// <summary>What every pull needs of the rest of the gateway.</summary>
/// <param name="Options">The rules.</param>
/// <param name="Registry">Where streams are published.</param>
/// <param name="Identity">Our name in relay paths.</param>
/// <param name="Dialer">Connects.</param>
/// <param name="Buffers">Where messages are kept.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Time">Timers.</param>
/// <param name="Metrics">The gateway's figures.</param>
internal sealed record PullServices(
    RelayOptions Options,
    StreamRegistry Registry,
    GatewayIdentity Identity,
    PushDialer Dialer,
    BufferPool Buffers,
    GatewayClock Clock,
    TimeProvider Time,
    GatewayMetrics Metrics);
