using System.Diagnostics;

namespace MediaGateway.EndToEndTests.Network;

/// <summary>Something done over and over by a thread of its own, at a rate or, where the machine does not reach it, as fast as it goes.</summary>
internal static class Flood
{
    /// <summary>Strangers come from here: what the gateway allows an address is theirs, not that of the others on this machine.</summary>
    public const string StrangersAddress = "127.0.0.2";

    private const int AtOnce = 64;

    /// <summary>Does it for so long, and returns how often a second.</summary>
    /// <param name="perSecond">The rate aimed at.</param>
    /// <param name="length">How long.</param>
    /// <param name="one">Does it once; told how often it was done before.</param>
    public static Task<double> RunAsync(double perSecond, TimeSpan length, Action<int> one) =>
        Task.Factory.StartNew(() => Run(perSecond, length, one), TestTimeout(), TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static CancellationToken TestTimeout() => Xunit.TestContext.Current.CancellationToken;

    private static double Run(double perSecond, TimeSpan length, Action<int> one)
    {
        long start = Stopwatch.GetTimestamp();
        int done = 0;
        for (TimeSpan elapsed = TimeSpan.Zero; elapsed < length; elapsed = Stopwatch.GetElapsedTime(start))
        {
            int due = (int)Math.Min(elapsed.TotalSeconds * perSecond, done + AtOnce);
            if (done >= due)
            {
                Thread.Sleep(1);
                continue;
            }

            for (; done < due; done++)
            {
                one(done);
            }
        }

        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
