using System.Runtime.InteropServices;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>All fan-out workers. A new connection goes to the one that has fewest. Any thread.</summary>
internal sealed class FanOutWorkers : IDisposable
{
    private readonly FanOutWorker[] _workers;

    /// <summary>Starts <see cref="FanOutSettings.Workers"/> workers, at most one per core.</summary>
    public FanOutWorkers(
        FanOutSettings settings,
        BufferPool buffers,
        GatewayClock clock,
        GatewayMetrics metrics,
        ILogger<FanOutWorker> logger,
        ISilentSound? silence = null)
    {
        int count = Math.Clamp(settings.Workers, 1, Environment.ProcessorCount);
        _workers = new FanOutWorker[count];
        for (int number = 0; number < count; number++)
        {
            _workers[number] = new FanOutWorker(number, settings, buffers, clock, metrics, logger, silence);
        }
    }

    /// <summary>Connections of all workers.</summary>
    public int Connections => _workers.Sum(worker => worker.Connections);

    /// <summary>Gives a connection to a worker: see <see cref="FanOutWorker.Add(IViewerOwner, SafeHandle)"/>.</summary>
    public Viewer Add(IViewerOwner owner, SafeHandle socket) => Least().Add(owner, socket);

    /// <summary>Gives a connection to a worker: see <see cref="FanOutWorker.Add(IViewerOwner, IViewerSocket)"/>.</summary>
    public Viewer Add(IViewerOwner owner, IViewerSocket socket) => Least().Add(owner, socket);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FanOutWorker worker in _workers)
        {
            worker.Dispose();
        }
    }

    private FanOutWorker Least()
    {
        FanOutWorker least = _workers[0];
        foreach (FanOutWorker worker in _workers)
        {
            least = worker.Connections < least.Connections ? worker : least;
        }

        return least;
    }
}
