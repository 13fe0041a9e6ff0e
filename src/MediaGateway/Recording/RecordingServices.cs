using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Memory;

namespace MediaGateway.Recording;

/// <summary>What recordings stand on.</summary>
/// <param name="Options">The settings.</param>
/// <param name="Catalog">Where files are noted.</param>
/// <param name="Disk">What is free.</param>
/// <param name="Writers">The threads that write.</param>
/// <param name="Listeners">Who hears of files.</param>
/// <param name="Buffers">Where fragments are put together.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Time">The time of day.</param>
/// <param name="Metrics">Figures.</param>
/// <param name="Logger">The log.</param>
internal sealed record RecordingServices(
    RecordingOptions Options,
    RecordingCatalog Catalog,
    RecordingDisk Disk,
    RecordingWriters Writers,
    IReadOnlyList<IRecordingListener> Listeners,
    BufferPool Buffers,
    GatewayClock Clock,
    TimeProvider Time,
    GatewayMetrics Metrics,
    ILogger Logger);
