namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>What a bad network has cost: a recording of a stream beside what its publisher sent.</summary>
internal sealed class LossReport
{
    /// <summary>Compares the two.</summary>
    /// <param name="received">The recording.</param>
    /// <param name="sent">What was sent, before, during and after it.</param>
    /// <param name="freeze">A picture that stands for longer is a freeze, in milliseconds.</param>
    public LossReport(DecodedMedia received, SentMedia sent, double freeze)
    {
        int[] counters = [.. received.Pictures.Where(picture => picture.Counter is not null).Select(picture => picture.Counter!.Value)];
        int[] expected = [.. sent.TimeByCounter.Keys.Where(counter => counter >= counters[0] && counter <= counters[^1])];
        IReadOnlyList<Gap> gaps = Timeline.GapsNotSent(received.Pictures, freeze, sent.TimeByCounter);
        Unreadable = received.Pictures.Count - counters.Length;
        Backward = counters.Zip(counters.Skip(1), (one, next) => next < one ? 1 : 0).Sum();
        PicturesSent = expected.Length;
        PicturesLost = expected.Except(counters).Count();
        Frozen = gaps.Sum(gap => Math.Abs(gap.Milliseconds)) / 1000 / (received.Pictures[^1].Seconds - received.Pictures[0].Seconds);
        LongestFreeze = gaps.Select(gap => gap.Milliseconds).DefaultIfEmpty(0).Max();
        AudioVideoError = LipSync.Measure(received).Median - sent.LipSync.Median;
    }

    /// <summary>Pictures whose number cannot be read: broken ones.</summary>
    public int Unreadable { get; }

    /// <summary>Pictures that follow a later one.</summary>
    public int Backward { get; }

    /// <summary>Pictures sent while the recording ran.</summary>
    public int PicturesSent { get; }

    /// <summary>Those of them that the recording does not have.</summary>
    public int PicturesLost { get; }

    /// <summary>Share of the time in freezes that the publisher did not send.</summary>
    public double Frozen { get; }

    /// <summary>The longest of them, in milliseconds.</summary>
    public double LongestFreeze { get; }

    /// <summary>How much later the flash is than its beep, against what the publisher's stamps say, in milliseconds.</summary>
    public double AudioVideoError { get; }
}
