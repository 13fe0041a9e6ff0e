using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Tests.Rtp;

/// <summary>What a <see cref="LossRun"/> came to.</summary>
internal sealed record LossFigures
{
    /// <summary>A player's buffer: VLC keeps a second.</summary>
    private static readonly TimeSpan PlayerBuffer = TimeSpan.FromSeconds(1);

    /// <summary>A picture that stands for longer is a freeze.</summary>
    private static readonly TimeSpan FreezeTime = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan PictureInterval = TimeSpan.FromSeconds(1.0 / 30);

    /// <summary>Share of lost packets that were repaired.</summary>
    public double Repaired { get; private init; }

    public long PicturesLost { get; private init; }

    /// <summary>Share of the time in which a player with a second of buffer shows the same picture for more than 150 ms.</summary>
    public double Frozen { get; private init; }

    public TimeSpan LongestFreeze { get; private init; }

    public int KeyframeRequests { get; private init; }

    public long Requests { get; private init; }

    public long NeedlessRequests { get; private init; }

    /// <summary>Needless requests per packet that was overtaken.</summary>
    public double NeedlessShare { get; private init; }

    public double DelayMedian { get; private init; }

    public double DelayHigh { get; private init; }

    public double SoundLost { get; private init; }

    public double SoundLate { get; private init; }

    public static LossFigures Of(LossRun run)
    {
        TrackStatistics video = run.Video;
        List<TimeSpan> freezes = Freezes(run);
        long missing = video.RepairedPackets + video.LostPackets;
        double[] delays = [.. run.Pictures.Select(picture => picture.Delay.TotalMilliseconds).Order()];
        return new LossFigures
        {
            Repaired = missing == 0 ? 1 : (double)video.RepairedPackets / missing,
            PicturesLost = run.PicturesSent - run.Pictures.Count,
            Frozen = freezes.Sum(freeze => freeze.TotalSeconds) / (run.PicturesSent / 30.0),
            LongestFreeze = freezes.Count == 0 ? TimeSpan.Zero : freezes.Max(),
            KeyframeRequests = run.KeyframeRequests,
            Requests = video.NackedPackets,
            NeedlessRequests = video.NeedlessRequests,
            NeedlessShare = run.PacketsOvertaken == 0 ? 0 : (double)video.NeedlessRequests / run.PacketsOvertaken,
            DelayMedian = Quantile(delays, 0.5),
            DelayHigh = Quantile(delays, 0.95),
            SoundLost = (double)run.Sound.LostPackets / run.SoundSent,
            SoundLate = (double)run.Sound.LatePackets / run.SoundSent,
        };
    }

    private static double Quantile(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * share)];

    /// <summary>
    /// The player shows picture n at n/30 s plus its buffer, or when it comes if that is later, and then keeps the time from there.
    /// </summary>
    private static List<TimeSpan> Freezes(LossRun run)
    {
        List<TimeSpan> freezes = [];
        TimeSpan? last = null;
        foreach (Picture picture in run.Pictures)
        {
            TimeSpan late = picture.Delay > PlayerBuffer ? picture.Delay - PlayerBuffer : TimeSpan.Zero;
            TimeSpan shown = (PictureInterval * picture.Number) + late;
            shown = last is { } before && shown < before ? before : shown;
            if (last is { } shownBefore && shown - shownBefore > FreezeTime)
            {
                freezes.Add(shown - shownBefore);
            }

            last = shown;
        }

        return freezes;
    }
}
