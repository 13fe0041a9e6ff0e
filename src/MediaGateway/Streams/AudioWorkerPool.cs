using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams;

/// <summary>
/// The threads that convert sound: by default one per core, each owning a shard of the bridges, apart from the media loops, the fan-out
/// workers and the thread pool. Any thread.
/// </summary>
internal sealed class AudioWorkerPool : IHostedService, IDisposable
{
    private readonly AudioWorker[] _workers;
    private readonly List<Thread> _threads = [];
    private readonly ILogger<AudioWorkerPool> _logger;

    /// <summary>Makes the workers; their threads start with the host.</summary>
    public AudioWorkerPool(
        IAudioTranscoderFactory transcoders,
        IOptions<AudioOptions> options,
        TimeProvider timeProvider,
        GatewayClock clock,
        GatewayMetrics metrics,
        ILogger<AudioWorkerPool> logger)
    {
        (Transcoders, Clock, Metrics, _logger) = (transcoders, clock, metrics, logger);
        Linger = options.Value.Linger;
        var failures = new FailureLog(logger.TranscoderFailed);
        _workers = new AudioWorker[options.Value.Workers == 0 ? Environment.ProcessorCount : options.Value.Workers];
        for (int index = 0; index < _workers.Length; index++)
        {
            _workers[index] = new AudioWorker(this, timeProvider, failures, metrics.Threads.Add($"audio-{index}"));
        }
    }

    /// <summary>Makes the transcoders.</summary>
    public IAudioTranscoderFactory Transcoders { get; }

    /// <summary>Gateway time.</summary>
    public GatewayClock Clock { get; }

    /// <summary>The gateway's figures.</summary>
    public GatewayMetrics Metrics { get; }

    /// <summary>How long a bridge goes on without viewers.</summary>
    public TimeSpan Linger { get; }

    /// <summary>The workers, for tests that take their turns themselves.</summary>
    public IReadOnlyList<AudioWorker> Workers => _workers;

    /// <summary>Gives a bridge to the worker with the fewest.</summary>
    public void Adopt(AudioBridge bridge)
    {
        AudioWorker chosen = _workers[0];
        foreach (AudioWorker worker in _workers)
        {
            chosen = worker.Load < chosen.Load ? worker : chosen;
        }

        chosen.Adopt(bridge);
    }

    /// <summary>Says that there is no transcoder for a stream: its viewers in that codec have no sound.</summary>
    public void ReportUnsupported(StreamKey stream, CodecId source, CodecId target, string reason) =>
        _logger.TranscoderMissing(stream, source, target, reason);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        for (int index = 0; index < _workers.Length; index++)
        {
            var thread = new Thread(_workers[index].Run) { Name = $"audio-{index}", IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (AudioWorker worker in _workers)
        {
            worker.Stop();
        }

        // A turn is milliseconds long: joining here costs less than a task to wait for it.
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _threads.Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AudioWorker worker in _workers)
        {
            worker.Dispose();
        }
    }
}
