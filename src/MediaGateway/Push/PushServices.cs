using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;
using MediaGateway.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>What every push needs of the rest of the gateway.</summary>
/// <param name="Options">The rules.</param>
/// <param name="Registry">Where streams are found.</param>
/// <param name="Sessions">Where a stream's publisher is found.</param>
/// <param name="Identity">Our name in relay paths.</param>
/// <param name="Dialer">Connects.</param>
/// <param name="Buffers">Where messages are written.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Time">Timers.</param>
/// <param name="Metrics">The gateway's figures.</param>
internal sealed record PushServices(
    PushOptions Options,
    StreamRegistry Registry,
    SessionDirectory Sessions,
    GatewayIdentity Identity,
    PushDialer Dialer,
    BufferPool Buffers,
    GatewayClock Clock,
    TimeProvider Time,
    GatewayMetrics Metrics);
