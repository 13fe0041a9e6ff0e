using System.Diagnostics;

namespace MediaGateway.EndToEndTests.Tools;

/// <summary>Waits for something outside this process, which tells nobody when it happens.</summary>
internal static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long something is really waited for that takes at most <paramref name="limit"/> on a machine with nothing else to do: only a test
    /// that fails waits so long.
    /// </summary>
    public static TimeSpan Patience(TimeSpan limit) => limit + limit > Least ? limit + limit : Least;

    /// <summary>Asks until the answer is yes; fails with <paramref name="what"/> after the patience for <paramref name="limit"/>.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> what)
    {
        limit = Patience(limit);
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {what()}");
            }

            await Task.Delay(Interval);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan, Func{string})"/>
    public static Task UntilAsync(Func<bool> condition, TimeSpan limit, Func<string> what) =>
        UntilAsync(() => Task.FromResult(condition()), limit, what);
}
