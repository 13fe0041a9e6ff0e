using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Diagnostics;

public sealed class AwakeTimeProviderTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();
    private readonly LogBook _log = new();
    private readonly LoggerFactory _loggers;
    private readonly AwakeTimeProvider _awake;
    private readonly long _start;

    public AwakeTimeProviderTests()
    {
        _loggers = new LoggerFactory([_log]);
        _awake = new AwakeTimeProvider(_time, _loggers.CreateLogger<AwakeTimeProvider>());
        _start = _awake.GetTimestamp();
    }

    private TimeSpan Passed => _awake.GetElapsedTime(_start);

    public void Dispose()
    {
        _awake.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public void ProgramRuns_TimeIsTheOtherProviders()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.Zero), (Passed, _awake.StoodStill));
        Assert.Equal((_time.GetTimestamp(), _time.GetUtcNow(), _time.LocalTimeZone), (_awake.GetTimestamp(), _awake.GetUtcNow(), _awake.LocalTimeZone));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Standstill_CountsAsOneBeatAndIsToldOnce()
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        _time.StandStill(Minute);
        Assert.Equal(TimeSpan.FromSeconds(10) + AwakeTimeProvider.BeatInterval, Passed);
        Assert.Equal(Minute - AwakeTimeProvider.BeatInterval, _awake.StoodStill);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(20) + AwakeTimeProvider.BeatInterval, Passed);
        Assert.Equal("Warning: The program stood still for 59.0 s", Assert.Single(_log.Lines)[..43]);
    }

    [Fact]
    public void NextBeatComesWhileAStandstillIsTold_ItIsToldOnce()
    {
        var log = new SlowLog(_time);
        using var awake = new AwakeTimeProvider(_time, log);
        _time.StandStill(Minute);
        Assert.Equal(1, log.Lines);
    }

    [Fact]
    public void TimeThatSomebodySets_JumpsWithoutAStandstill()
    {
        using var set = new AwakeTimeProvider(_time, _loggers.CreateLogger<AwakeTimeProvider>(), watches: false);
        int fired = 0;
        using ITimer timer = set.CreateTimer(_ => fired++, null, Minute, Timeout.InfiniteTimeSpan);
        _time.StandStill(Minute);
        Assert.Equal((_time.GetTimestamp(), 1, TimeSpan.Zero), (set.GetTimestamp(), fired, set.StoodStill));
    }

    [Fact]
    public void ShortPause_IsTimeAsAnyOther()
    {
        _time.StandStill(AwakeTimeProvider.LongestPause);
        Assert.Equal((AwakeTimeProvider.LongestPause, TimeSpan.Zero), (Passed, _awake.StoodStill));
    }

    [Fact]
    public void ThreadThatAsksAgainAndAgain_IsASignOfLifeWithoutTheBeat()
    {
        _awake.Dispose();
        for (int second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(TimeSpan.FromSeconds(second + 1), Passed);
        }
    }

    [Fact]
    public void TimerThatFiresOnce_WaitsForWhatWasLeft()
    {
        int fired = 0;
        using ITimer timer = _awake.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(3));
        _time.StandStill(Minute);
        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.Equal(0, fired);
        _time.StandStill(Minute);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1, fired);
        _time.Advance(Minute);
        Assert.Equal(1, fired);
    }

    [Fact]
    public void TimerSetAnewAfterAStandstill_KnowsNothingOfIt()
    {
        int fired = 0;
        using ITimer timer = _awake.CreateTimer(_ => fired++, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _time.StandStill(Minute);
        timer.Change(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(0, fired);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void TimerThatRepeats_FiresOnceAfterAStandstill()
    {
        int fired = 0;
        using ITimer timer = _awake.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, fired);
        _time.StandStill(Minute);
        Assert.Equal(3, fired);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(5, fired);
    }

    [Fact]
    public async Task WaitsWithALimit_DoNotEndForAStandstill()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3), _awake);
        var delay = Task.Delay(TimeSpan.FromSeconds(3), _awake, TestContext.Current.CancellationToken);
        _time.StandStill(Minute);
        Assert.Equal((false, false), (limit.IsCancellationRequested, delay.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.True(limit.IsCancellationRequested);
        await delay;
    }

    [Fact]
    public async Task ManyThreadsAsk_ForNoneOfThemTimeGoesBack()
    {
        using var over = new CancellationTokenSource();
        Task<bool>[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => NeverGoesBack(over.Token)))];
        for (int round = 0; round < 500; round++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(70));
            _time.StandStill(TimeSpan.FromSeconds(10 + (round % 7)));
        }

        await over.CancelAsync();
        Assert.All(await Task.WhenAll(readers), Assert.True);

        // What nobody asked the time for goes with the standstill.
        Assert.InRange(Passed, 500 * AwakeTimeProvider.BeatInterval, 500 * (TimeSpan.FromMilliseconds(70) + AwakeTimeProvider.BeatInterval));
    }

    private bool NeverGoesBack(CancellationToken over)
    {
        long last = _awake.GetTimestamp();
        while (!over.IsCancellationRequested)
        {
            long now = _awake.GetTimestamp();
            if (now < last)
            {
                return false;
            }

            last = now;
        }

        return true;
    }

    /// <summary>Takes so long to write its first lines that a beat comes meanwhile.</summary>
    private sealed class SlowLog(ManualTimeProvider time) : ILogger<AwakeTimeProvider>
    {
        public int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (++Lines < 4)
            {
                time.Advance(AwakeTimeProvider.BeatInterval);
            }
        }
    }
}
