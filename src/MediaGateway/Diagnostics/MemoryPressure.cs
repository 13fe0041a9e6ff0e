using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Diagnostics;

/// <summary>
/// Whether memory is so near its limit that nobody new is taken: from the percentage that is set until it has fallen a tenth below. Looks once
/// a second, and again when somebody asks. Any thread.
/// </summary>
internal sealed class MemoryPressure(
    IMemoryMeter meter, GatewayClock clock, TimeProvider time, IOptions<LimitsOptions> options, ILogger<MemoryPressure> logger) : IHostedService
{
    /// <summary>What clients are told.</summary>
    public const string Words = "The gateway's memory is nearly full and it takes nobody new for now; try again in a moment";

    /// <summary>The part of the percentage below which clients are taken again: without it they would come and go at the limit.</summary>
    public const double Relief = 0.9;

    /// <summary>How long what was read counts: a thousand clients in one second are not a thousand readings.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(100);

    private const double Megabyte = 1024 * 1024;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private TimeSpan? _readAt;
    private MemoryUse _use;
    private bool _isNear;

    /// <summary>What is in use, read <see cref="Freshness"/> ago at most.</summary>
    public MemoryUse Use
    {
        get
        {
            Look();
            lock (_lock)
            {
                return _use;
            }
        }
    }

    /// <summary>Whether nobody new is taken.</summary>
    public bool IsNear => options.Value.MemoryPercent > 0 && Look();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.MemoryPercent > 0)
        {
            _timer = time.CreateTimer(static state => ((MemoryPressure)state!).Look(), this, LookInterval, LookInterval);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    private bool Look()
    {
        int percent = options.Value.MemoryPercent;
        MemoryUse use;
        bool isNear;
        lock (_lock)
        {
            TimeSpan now = clock.Now;
            if (_readAt is { } readAt && now - readAt < Freshness)
            {
                return _isNear;
            }

            _readAt = now;
            use = _use = meter.Read();
            double share = percent / 100.0;
            isNear = percent > 0 && use.Share >= (_isNear ? share * Relief : share);
            if (isNear == _isNear)
            {
                return isNear;
            }

            _isNear = isNear;
        }

        if (isNear)
        {
            logger.MemoryIsNearItsLimit(use.UsedBytes / Megabyte, use.LimitBytes / Megabyte, percent, percent * Relief);
        }
        else
        {
            logger.MemoryIsFreeAgain(use.UsedBytes / Megabyte, use.LimitBytes / Megabyte);
        }

        return isNear;
    }
}
