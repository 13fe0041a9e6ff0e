using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Vod;

/// <summary>The threads that read files for viewers, <c>Vod:Threads</c> of them, from the first viewer on. Any thread.</summary>
internal sealed class VodPump(
    IOptions<VodOptions> options, GatewayClock clock, TimeProvider time, GatewayMetrics metrics, ILogger<VodPump> logger) : IDisposable
{
    private readonly Lock _lock = new();
    private VodPumpThread[]? _threads;
    private bool _isDisposed;

    /// <summary>Viewers that are read for.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _threads?.Sum(thread => thread.Count) ?? 0;
            }
        }
    }

    /// <summary>Gives a viewer to the thread that has fewest.</summary>
    public void Add(VodTask task)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _threads ??= [.. Enumerable.Range(0, options.Value.Threads).Select(number => new VodPumpThread(number, clock, time, metrics, logger))];
        }

        _threads.MinBy(thread => thread.Count)!.Add(task); // There is at least one.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        VodPumpThread[]? threads;
        lock (_lock)
        {
            _isDisposed = true;
            (threads, _threads) = (_threads, null);
        }

        foreach (VodPumpThread thread in threads ?? [])
        {
            thread.Stop();
        }
    }
}
