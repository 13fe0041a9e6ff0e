namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>
/// When the link of a ramp test becomes narrow and wide again: after fixed times where a table is to be made, else as soon as the sender
/// has done what is asked of it.
/// </summary>
/// <param name="isFixed">Whether the times are fixed.</param>
/// <param name="narrow">What the narrow link carries, bit/s.</param>
internal sealed class RampPhases(bool isFixed, double narrow)
{
    // A machine that has no processor for large pictures sends smaller ones, at less than the wide link takes: what shows that the sender
    // follows is more than the narrow one carries.
    private readonly double _start = isFixed ? 1_800_000 : 3 * narrow;
    private readonly double _return = isFixed ? 1_500_000 : 3 * narrow;

    private TimeSpan _narrowFrom = TimeSpan.FromSeconds(isFixed ? 15 : Limits.Time(5));
    private TimeSpan _wideFrom = TimeSpan.FromSeconds(isFixed ? 35 : Limits.Time(5) + Limits.Time(3));
    private TimeSpan _end = TimeSpan.FromSeconds(isFixed ? 50 : Limits.Time(5) + Limits.Time(3) + Limits.Time(10));

    /// <summary>What the sender has sent.</summary>
    public RateSamples Samples { get; } = new();

    private TimeSpan? Up => Samples.FirstAfter(TimeSpan.Zero, rate => rate >= _start);

    private TimeSpan? Down => Samples.FirstAfter(_narrowFrom, rate => rate < narrow);

    private TimeSpan? Back => Samples.FirstAfter(_wideFrom, rate => rate >= _return);

    /// <summary>Whether the link is narrow now.</summary>
    public bool IsNarrowAt(TimeSpan now)
    {
        // At least for a while: an estimate is to settle, and a queue to show.
        if (!isFixed && now < _narrowFrom && now > TimeSpan.FromSeconds(6) && Up is not null)
        {
            _wideFrom -= _narrowFrom - now;
            _end -= _narrowFrom - now;
            _narrowFrom = now;
        }

        if (!isFixed && now < _wideFrom && now > _narrowFrom + TimeSpan.FromSeconds(8) && Down is not null)
        {
            _end -= _wideFrom - now;
            _wideFrom = now;
        }

        return now >= _narrowFrom && now < _wideFrom;
    }

    /// <summary>Whether nothing is left to be seen.</summary>
    public bool IsOverAt(TimeSpan now) => now >= _end || (!isFixed && now > _wideFrom && Back is not null);

    /// <summary>How soon the sender followed.</summary>
    public RampFigures Figures(long overflowed) => new(Up, Down, Back, overflowed);
}
