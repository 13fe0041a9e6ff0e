namespace MediaGateway.Load;

/// <summary>The sessions of a load: begun one after the other at the pace asked for, counted when they end. One owner.</summary>
/// <param name="settings">How many, how fast.</param>
internal sealed class LoadSessions(LoadSettings settings)
{
    private static readonly TimeSpan BeginTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly List<Task> _ended = [];
    private int _running;

    /// <summary>Sessions that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Why sessions ended, and how many; complete after <see cref="EndAsync"/>.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    /// <summary>Begins all of them, and waits until each has begun or ended.</summary>
    /// <param name="start">Begins the session of a number, from 0.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task StartAsync(Func<int, (Task Begun, Task<string?> Ended)> start, CancellationToken cancellation)
    {
        var begun = new List<Task>();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        double due = 1;
        for (int number = 0; number < settings.Sessions;)
        {
            for (; due >= 1 && number < settings.Sessions; due--, number++)
            {
                (Task isBegun, Task<string?> isEnded) = start(number);
                begun.Add(isBegun);
                _ended.Add(WatchAsync(isEnded));
            }

            await pace.WaitForNextTickAsync(cancellation);
            due += settings.Ramp / 100.0;
        }

        await Task.WhenAll(begun).WaitAsync(BeginTimeout, cancellation);
    }

    /// <summary>Waits for the end of all; they have been told.</summary>
    public Task EndAsync() => Task.WhenAll(_ended);

    /// <summary>Counts sessions that have failed.</summary>
    public void Fail(string words, int count = 1)
    {
        lock (_lock)
        {
            _failures[words] = _failures.GetValueOrDefault(words) + count;
        }
    }

    private async Task WatchAsync(Task<string?> ended)
    {
        Interlocked.Increment(ref _running);
        string? words = await ended;
        Interlocked.Decrement(ref _running);
        if (words is not null)
        {
            Fail(words);
        }
    }
}
