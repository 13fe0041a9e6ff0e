namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>A pause between two pictures or packets of a track.</summary>
/// <param name="From">Time of the one before, in seconds.</param>
/// <param name="Milliseconds">Length.</param>
internal readonly record struct Gap(double From, double Milliseconds);

/// <summary>Faults of a track's stamps.</summary>
internal static class Timeline
{
    private const double AacFrameSeconds = 1024.0 / 48_000;

    /// <summary>Where successive times are further apart than <paramref name="limit"/> milliseconds, or go back.</summary>
    public static IReadOnlyList<Gap> Gaps(IReadOnlyList<double> times, double limit)
    {
        List<Gap> gaps = [];
        for (int i = 1; i < times.Count; i++)
        {
            double milliseconds = (times[i] - times[i - 1]) * 1000;
            if (milliseconds > limit || milliseconds < 0)
            {
                gaps.Add(new Gap(times[i - 1], milliseconds));
            }
        }

        return gaps;
    }

    /// <summary>
    /// The largest distance, in milliseconds, of an AAC stamp from <c>first + n * 1024 / 48 ms</c>. A packet lost, doubled or stamped
    /// from a clock of its own shows here.
    /// </summary>
    public static double AacStampError(IReadOnlyList<double> times)
    {
        double worst = 0;
        for (int n = 0; n < times.Count; n++)
        {
            worst = Math.Max(worst, Math.Abs(times[n] - times[0] - (n * AacFrameSeconds)) * 1000);
        }

        return worst;
    }

    /// <summary>Gaps between pictures that the source did not have: there its own pictures lay closer together.</summary>
    /// <param name="received">The pictures as received.</param>
    /// <param name="limit">Milliseconds.</param>
    /// <param name="sent">Time, in seconds, at which each numbered picture was sent.</param>
    public static IReadOnlyList<Gap> GapsNotSent(IReadOnlyList<Picture> received, double limit, IReadOnlyDictionary<int, double> sent)
    {
        List<Gap> gaps = [];
        for (int i = 1; i < received.Count; i++)
        {
            double milliseconds = (received[i].Seconds - received[i - 1].Seconds) * 1000;
            if (milliseconds <= limit && milliseconds >= 0)
            {
                continue;
            }

            // The same gap in the source, when no picture that it sent in between is missing here.
            bool isSource = received[i - 1].Counter is { } from
                && received[i].Counter is { } to
                && sent.ContainsKey(from)
                && sent.ContainsKey(to)
                && !sent.Keys.Any(counter => counter > from && counter < to)
                && (sent[to] - sent[from]) * 1000 > limit;
            if (!isSource)
            {
                gaps.Add(new Gap(received[i - 1].Seconds, milliseconds));
            }
        }

        return gaps;
    }
}
