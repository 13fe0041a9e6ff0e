using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams.Renditions;

/// <summary>
/// The threads that convert pictures, each for one stream at a time, apart from the media loops, the fan-out workers, the audio workers and
/// the thread pool. There are as many as <c>Video:MaximumTranscoders</c> allows; whoever comes when all are taken is refused. Any thread.
/// </summary>
internal sealed class VideoWorkers : IHostedService
{
    private readonly Lock _lock = new();
    private readonly VideoWorker[] _workers;
    private readonly List<Thread> _threads = [];
    private readonly ILogger<VideoWorkers> _logger;

    /// <summary>Makes the workers; their threads start with the host.</summary>
    public VideoWorkers(
        IVideoTranscoderFactory transcoders, IOptions<VideoOptions> options, GatewayClock clock, GatewayMetrics metrics, ILogger<VideoWorkers> logger)
    {
        (Transcoders, Clock, Metrics, _logger) = (transcoders, clock, metrics, logger);
        Failures = new FailureLog(logger.VideoTranscoderFailed);
        int count = options.Value.MaximumTranscoders == 0 ? Environment.ProcessorCount : options.Value.MaximumTranscoders;
        _workers = new VideoWorker[count];
        for (int index = 0; index < count; index++)
        {
            _workers[index] = new VideoWorker(this, metrics.Threads.Add($"video-{index}"));
        }
    }

    /// <summary>Makes the transcoders.</summary>
    public IVideoTranscoderFactory Transcoders { get; }

    /// <summary>Gateway time.</summary>
    public GatewayClock Clock { get; }

    /// <summary>The gateway's figures.</summary>
    public GatewayMetrics Metrics { get; }

    /// <summary>Where failures are told.</summary>
    public FailureLog Failures { get; }

    /// <summary>The workers, for tests that take their turns themselves.</summary>
    public IReadOnlyList<VideoWorker> Workers => _workers;

    /// <summary>
    /// Takes a worker for a bridge, which <see cref="VideoWorker.Adopt"/> then gets; or gives it back with <see cref="Release"/>.
    /// </summary>
    /// <param name="worker">The worker; null when all are taken.</param>
    /// <param name="refusal">In words, why there is none.</param>
    public bool TryReserve([NotNullWhen(true)] out VideoWorker? worker, [NotNullWhen(false)] out string? refusal)
    {
        refusal = Transcoders.Sources == CodecSet.Empty
            ? "The installed FFmpeg has no encoder for H.264, so that the gateway cannot convert pictures."
            : null;
        worker = null;
        if (refusal is not null)
        {
            return false;
        }

        lock (_lock)
        {
            worker = Array.Find(_workers, candidate => !candidate.IsReserved);
            if (worker is not null)
            {
                worker.IsReserved = true;
                return true;
            }
        }

        refusal = $"The gateway already converts the pictures of {_workers.Length} streams, the most that it is set to.";
        return false;
    }

    /// <summary>Gives a worker back that has no bridge.</summary>
    public void Release(VideoWorker worker)
    {
        lock (_lock)
        {
            worker.IsReserved = false;
        }
    }

    /// <summary>Says that a stream's pictures cannot be converted.</summary>
    public void ReportUnsupported(StreamKey stream, string reason) => _logger.PicturesUnsupported(stream, reason);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        for (int index = 0; index < _workers.Length; index++)
        {
            var thread = new Thread(_workers[index].Run) { Name = $"video-{index}", IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (VideoWorker worker in _workers)
        {
            worker.Stop();
        }

        // A turn is a picture long: joining here costs less than a task to wait for it.
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _threads.Clear();
        return Task.CompletedTask;
    }
}
