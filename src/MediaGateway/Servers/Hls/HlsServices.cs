using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Hls;

/// <summary>What every <see cref="HlsMuxer"/> needs of the rest of the gateway.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Buffers">Where the memory of segments comes from.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Time">The wall clock and timers.</param>
/// <param name="Resources">Counts the tasks.</param>
/// <param name="Waits">Bounds those who wait.</param>
/// <param name="Logger">The log.</param>
internal sealed record HlsServices(
    HlsOptions Options, BufferPool Buffers, GatewayClock Clock, TimeProvider Time, ResourceLedger Resources, HlsWaits Waits, ILogger<HlsMuxer> Logger);
