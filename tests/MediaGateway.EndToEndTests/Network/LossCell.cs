namespace MediaGateway.EndToEndTests.Network;

/// <summary>One cell of the loss table: a bad link, both ways alike, and what must hold on it.</summary>
/// <param name="Conditions">The link.</param>
internal sealed record LossCell(LinkConditions Conditions)
{
    /// <summary>For how long the link is dead in the middle of the recording.</summary>
    public TimeSpan Outage { get; init; }

    /// <summary>Share of the lost packets of pictures that must be repaired; 0: no goal.</summary>
    public double Repaired { get; init; }

    /// <summary>Share of the time that may be frozen; 1: no goal.</summary>
    public double Frozen { get; init; } = 1;

    /// <summary>Whether every run of the tests measures this cell, not only a long one.</summary>
    public bool IsRepresentative { get; init; }

    /// <summary>The cells by name, with the goals that hold on a machine of its own.</summary>
    public static IReadOnlyDictionary<string, LossCell> All { get; } = Make();

    private static Dictionary<string, LossCell> Make()
    {
        Dictionary<string, LossCell> cells = [];
        foreach (int loss in (int[])[0, 1, 5, 10, 20])
        {
            foreach (int roundTrip in (int[])[0, 50, 100, 200])
            {
                cells.Add($"{loss} % loss, {roundTrip} ms", new LossCell(Link(roundTrip) with { Loss = loss / 100.0 })
                {
                    Repaired = loss switch { 0 => 0, 1 => 0.995, 5 => 0.97, 10 => 0.9, _ => 0 },
                    Frozen = loss switch { 0 => 0, 1 or 5 => 0.01, 10 => 0.1, _ => 1 },
                    IsRepresentative = (loss, roundTrip) is (10, 200),
                });
            }
        }

        cells.Add("5 % overtaken, 50 ms", new LossCell(Link(50) with { Reordering = 0.05 }) { Frozen = 0 });
        cells.Add("5 % duplicates, 50 ms", new LossCell(Link(50) with { Duplication = 0.05 }) { Frozen = 0 });
        cells.Add("jitter ± 30 ms", new LossCell(Link(200) with { Jitter = TimeSpan.FromMilliseconds(30) }) { Frozen = 0 });
        cells.Add("jitter ± 100 ms", new LossCell(Link(200) with { Jitter = TimeSpan.FromMilliseconds(100) }) { Frozen = 0 });
        cells.Add("outage 0.5 s, 50 ms", new LossCell(Link(50)) { Outage = TimeSpan.FromSeconds(0.5) });
        cells.Add("outage 3 s, 50 ms", new LossCell(Link(50)) { Outage = TimeSpan.FromSeconds(3) });
        return cells;
    }

    private static LinkConditions Link(int roundTrip) => new() { Delay = TimeSpan.FromMilliseconds(roundTrip / 2.0) };
}
