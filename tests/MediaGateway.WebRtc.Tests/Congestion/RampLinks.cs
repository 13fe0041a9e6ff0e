namespace MediaGateway.WebRtc.Tests.Congestion;

/// <summary>The links of the ramp tests: 2.5 Mbit/s or more, then 300 kbit/s for 20 s, then as before; named for what is special with them.</summary>
internal static class RampLinks
{
    /// <summary>bit/s while the link is wide, unless more is said.</summary>
    public const int Wide = 2_500_000;

    /// <summary>bit/s while it is narrow.</summary>
    public const int Narrow = 300_000;

    /// <summary>How long it is wide, before and after.</summary>
    public static readonly TimeSpan WideTime = TimeSpan.FromSeconds(15);

    /// <summary>When it becomes wide again.</summary>
    public static readonly TimeSpan WideAgain = WideTime + TimeSpan.FromSeconds(20);

    /// <summary>The end.</summary>
    public static readonly TimeSpan End = WideAgain + WideTime;

    /// <summary>From here on the narrow link must have no queue that stays.</summary>
    public static readonly TimeSpan Settled = WideTime + TimeSpan.FromSeconds(8);

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "queue of 1.5 s", "queue of 50 ms", "queue of 1 s", "2 % loss", "30 ms jitter", "200 ms round trip", "others' 100 kbit/s",
        "stalls of 80 ms", "stalls of 200 ms", "room and stalls of 80 ms", "room and stalls of 200 ms",
    ];

    /// <summary>The link while it is wide.</summary>
    public static BottleneckConditions Find(string name)
    {
        var wide = new BottleneckConditions { BitsPerSecond = Wide };
        BottleneckConditions room = wide with { BitsPerSecond = 20_000_000 };
        return name switch
        {
            "queue of 1.5 s" => wide with { LongestQueue = TimeSpan.FromSeconds(1.5), BitsPerSecond = 4_000_000 },
            "queue of 50 ms" => wide with { LongestQueue = TimeSpan.FromMilliseconds(50), BitsPerSecond = 4_000_000 },
            "queue of 1 s" => wide,
            "2 % loss" => wide with { Loss = 0.02 },
            "30 ms jitter" => wide with { Jitter = TimeSpan.FromMilliseconds(30) },
            "200 ms round trip" => wide with { Delay = TimeSpan.FromMilliseconds(100) },
            "others' 100 kbit/s" => wide with { OthersBitsPerSecond = 100_000 },
            "stalls of 80 ms" => Stalling(wide, 1, 80),
            "stalls of 200 ms" => Stalling(wide, 0.5, 200),
            "room and stalls of 80 ms" => Stalling(room, 1, 80) with { Jitter = TimeSpan.FromMilliseconds(10) },
            "room and stalls of 200 ms" => Stalling(room, 0.5, 200),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    private static BottleneckConditions Stalling(BottleneckConditions conditions, double every, double longest) => conditions with
    {
        StallEvery = TimeSpan.FromSeconds(every),
        LongestStall = TimeSpan.FromMilliseconds(longest),
    };
}
