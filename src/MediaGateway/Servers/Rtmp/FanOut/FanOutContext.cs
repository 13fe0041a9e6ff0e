using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>What the feeds and viewers of one worker share.</summary>
/// <param name="Settings">The bounds.</param>
/// <param name="Buffers">Where the bytes of wire images come from.</param>
/// <param name="Clock">Gateway time.</param>
/// <param name="Metrics">Where delays and drops are counted.</param>
/// <param name="Post">Puts an item into the worker's inbox and wakes it; any thread.</param>
internal sealed record FanOutContext(
    FanOutSettings Settings,
    BufferPool Buffers,
    GatewayClock Clock,
    GatewayMetrics Metrics,
    Action<WorkItem> Post)
{
    /// <summary>The worker's idle wire images.</summary>
    public WireImagePool Images { get; } = new();

    /// <summary>What viewers hear who want no sound; null where there is none, and then they get no sound at all.</summary>
    public ISilentSound? Silence { get; init; }
}
