using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Ladders: the levels, sizes and rates in which viewers can have the same stream. Section <c>Ladder</c>.</summary>
internal sealed class LadderOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ladder";

    /// <summary>The ladder that exists without being configured: <c>720p</c>, <c>480p</c>, <c>360p</c> and <c>240p</c>.</summary>
    public const string StandardName = "standard";

    private static readonly Dictionary<string, LadderLevelOptions> Standard = new(StringComparer.Ordinal)
    {
        ["720p"] = new LadderLevelOptions { Height = 720, BitsPerSecond = 2_500_000 },
        ["480p"] = new LadderLevelOptions { Height = 480, BitsPerSecond = 1_200_000 },
        ["360p"] = new LadderLevelOptions { Height = 360, BitsPerSecond = 700_000 },
        ["240p"] = new LadderLevelOptions { Height = 240, BitsPerSecond = 350_000 },
    };

    /// <summary>
    /// The ladder of applications that name none by <see cref="ApplicationOptions.Ladder"/>. Empty: their streams are to be had as they are
    /// published only, and nothing is converted.
    /// </summary>
    public string Default { get; set; } = "";

    /// <summary>
    /// The ladders by name, each with its levels by name. A level's name is 1 to 16 letters and digits: level <c>720p</c> of stream
    /// <c>live/name</c> is <c>live/name_720p</c>. <see cref="StandardName"/> is there without being listed, and may be replaced.
    /// </summary>
    public Dictionary<string, Dictionary<string, LadderLevelOptions>> Ladders { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether levels that nobody publishes are made of the stream, while somebody watches them. Off: a ladder has only the levels that
    /// encoders publish.
    /// </summary>
    public bool Convert { get; set; } = true;

    /// <summary>
    /// Pixels per second that may be converted at the same time, over all streams: those of each level, and a quarter of those that are
    /// decoded for it. What does not fit is refused. 0: three quarters of what the machine's cores have been measured to take, so that
    /// everything else in the gateway stays in time.
    /// </summary>
    [Range(0L, 100_000_000_000L)]
    public long MaximumConvertedPixelsPerSecond { get; set; }

    /// <summary>x264's trade of time for quality: each step takes about a third more time, and 5 to 10 % less rate for the same picture.</summary>
    [AllowedValues("ultrafast", "superfast", "veryfast", "faster", ErrorMessage = "The field {0} must be ultrafast, superfast, veryfast or faster.")]
    public string Preset { get; set; } = "superfast";

    /// <summary>How long a level is still made after its last viewer left: a player that tries a level comes back to it soon.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The levels of a ladder by their names; null when there is no ladder of that name.</summary>
    public IReadOnlyDictionary<string, LadderLevelOptions>? Find(string ladder) =>
        Ladders.GetValueOrDefault(ladder) ?? (ladder == StandardName ? Standard : null);
}
