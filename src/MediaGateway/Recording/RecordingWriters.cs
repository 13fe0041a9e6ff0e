using System.Collections.Concurrent;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace MediaGateway.Recording;

/// <summary>
/// The threads on which recordings wait for the disk: a few, apart from everything that moves live media, the thread pool among it. Work
/// that is due stands in line once. Any thread.
/// </summary>
internal sealed class RecordingWriters(IOptions<RecordingOptions> options, GatewayClock clock, GatewayMetrics metrics) : IHostedService, IDisposable
{
    private const int StackBytes = 256 * 1024;

    // Bounded by the recordings there are: each stands in it once.
    private readonly BlockingCollection<WriterPlace> _due = [];
    private readonly List<Thread> _threads = [];

    /// <summary>Puts work in line; returns at once. Under any lock.</summary>
    public void Post(WriterPlace place)
    {
        try
        {
            _due.TryAdd(place);
        }
        catch (InvalidOperationException)
        {
            // The gateway ends, and nothing is written any more.
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        for (int index = 0; index < options.Value.Writers; index++)
        {
            Heartbeat heartbeat = metrics.Threads.Add($"recording-{index}", isVital: false);
            var thread = new Thread(() => Run(heartbeat), StackBytes) { Name = heartbeat.Name, IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }

        return Task.CompletedTask;
    }

    /// <summary>Lets the threads end; a disk that hangs is not waited for.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _due.CompleteAdding();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_threads.TrueForAll(static thread => !thread.IsAlive))
        {
            _due.Dispose();
        }
    }

    private void Run(Heartbeat heartbeat)
    {
        foreach (WriterPlace place in _due.GetConsumingEnumerable())
        {
            heartbeat.Work(clock.Now);
            place.Run();
            heartbeat.Rest();
        }
    }
}
