namespace MediaGateway.Load;

/// <summary>A distribution of times in milliseconds.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">19 of 20 were not longer.</param>
/// <param name="P99">99 of 100 were not longer.</param>
/// <param name="Longest">The longest.</param>
internal sealed record LoadTimes(int Count, double P50, double P95, double P99, double Longest)
{
    /// <summary>Of these; null when there are none.</summary>
    public static LoadTimes? Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return sorted.Length == 0
            ? null
            : new LoadTimes(sorted.Length, At(sorted, 0.5), At(sorted, 0.95), At(sorted, 0.99), Math.Round(sorted[^1], 2));
    }

    private static double At(double[] sorted, double share) =>
        Math.Round(sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)], 2);
}

/// <summary>What the server took while it was measured.</summary>
/// <param name="ProcessorMillisecondsPerSessionSecond">Processor time for a second of one session.</param>
/// <param name="ProcessorShare">Of one core.</param>
/// <param name="OwnMemoryBeforeKibibytes">Before the first session.</param>
/// <param name="OwnMemoryKibibytes">With all of them.</param>
internal sealed record LoadServerReport(
    double ProcessorMillisecondsPerSessionSecond, double ProcessorShare, long OwnMemoryBeforeKibibytes, long OwnMemoryKibibytes);

/// <summary>What <c>load play</c> has seen.</summary>
/// <param name="Sessions">Viewers asked for.</param>
/// <param name="Playing">Viewers that played at the end.</param>
/// <param name="Failures">Why others do not, and how many of them.</param>
/// <param name="Seconds">How long figures were taken.</param>
/// <param name="MegabitsPerSecond">All viewers together.</param>
/// <param name="LeastShare">What the viewer with the fewest bytes got of the median; 1 when all got the same.</param>
/// <param name="FirstPicture">From <c>play</c> to the first whole keyframe, of the viewers that are looked at closely.</param>
/// <param name="PictureDelay">From the publisher's sending to the last byte, where <c>load publish</c> on this machine publishes.</param>
/// <param name="SoundDelay">The same of sound.</param>
/// <param name="Pictures">Pictures of the viewers that are looked at closely.</param>
/// <param name="Missed">Of these streams' pictures, those that did not come.</param>
/// <param name="GeneratorLateMilliseconds">How late this program itself was at most: more than a few tens and the figures say little.</param>
/// <param name="Server">The server; null without <c>--process</c>.</param>
internal sealed record LoadPlayReport(
    int Sessions,
    int Playing,
    IReadOnlyDictionary<string, int> Failures,
    double Seconds,
    double MegabitsPerSecond,
    double LeastShare,
    LoadTimes? FirstPicture,
    LoadTimes? PictureDelay,
    LoadTimes? SoundDelay,
    long Pictures,
    long Missed,
    double GeneratorLateMilliseconds,
    LoadServerReport? Server);

/// <summary>What <c>load publish</c> has done.</summary>
/// <param name="Sessions">Publishers asked for.</param>
/// <param name="Publishing">Publishers that published at the end.</param>
/// <param name="Failures">Why others do not, and how many of them.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Pictures">Pictures sent.</param>
/// <param name="MegabitsPerSecond">All publishers together.</param>
/// <param name="LatestMilliseconds">How late a frame was sent at most: the server or the network did not take it, or this machine is too busy.</param>
/// <param name="Server">The server; null without <c>--process</c>.</param>
internal sealed record LoadPublishReport(
    int Sessions,
    int Publishing,
    IReadOnlyDictionary<string, int> Failures,
    double Seconds,
    long Pictures,
    double MegabitsPerSecond,
    double LatestMilliseconds,
    LoadServerReport? Server);

/// <summary>What <c>load whip</c> has done.</summary>
/// <param name="Sessions">Publishers asked for.</param>
/// <param name="Publishing">Publishers that published at the end.</param>
/// <param name="Failures">Why others do not, and how many of them.</param>
/// <param name="Seconds">How long figures were taken.</param>
/// <param name="Connect">From the offer to the end of the handshake.</param>
/// <param name="Pictures">Pictures sent.</param>
/// <param name="Dropped">Pictures that did not leave in time.</param>
/// <param name="MegabitsPerSecond">RTP of all publishers together.</param>
/// <param name="KeyframeRequests">Keyframes that the server asked for (PLI, FIR), from the first offer on.</param>
/// <param name="Requested">Packets that it asked for again (NACK), from the first offer on.</param>
/// <param name="GeneratorLateMilliseconds">How late this program was with a frame at most: more than a few tens and the figures say little.</param>
/// <param name="Server">The server; null without <c>--process</c>.</param>
internal sealed record LoadWhipReport(
    int Sessions,
    int Publishing,
    IReadOnlyDictionary<string, int> Failures,
    double Seconds,
    LoadTimes? Connect,
    long Pictures,
    long Dropped,
    double MegabitsPerSecond,
    long KeyframeRequests,
    long Requested,
    double GeneratorLateMilliseconds,
    LoadServerReport? Server);
