namespace MediaGateway.EndToEndTests.Network;

/// <summary>What one direction of a link does to datagrams. Immutable: a link changes by getting another one.</summary>
internal sealed record LinkConditions
{
    /// <summary>A link that does nothing.</summary>
    public static readonly LinkConditions Perfect = new();

    /// <summary>A link through which nothing gets.</summary>
    public static readonly LinkConditions Dead = new() { Loss = 1 };

    /// <summary>Bits per second, IP and UDP headers included; 0: no limit.</summary>
    public int BitsPerSecond { get; init; }

    /// <summary>How long a datagram may wait for its turn at <see cref="BitsPerSecond"/>; one that would wait longer is dropped.</summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Delay of every datagram, one way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Largest deviation from <see cref="Delay"/>, either way, evenly distributed; the order is kept.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Share of datagrams lost at random, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Share of datagrams that come twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>Share of datagrams that are held back by <see cref="ReorderDelay"/> while others pass, 0 to 1.</summary>
    public double Reordering { get; init; }

    /// <summary>How long a reordered datagram is held back.</summary>
    public TimeSpan ReorderDelay { get; init; } = TimeSpan.FromMilliseconds(20);
}
