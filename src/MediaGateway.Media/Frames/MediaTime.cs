namespace MediaGateway.Media.Frames;

/// <summary>A point in media time, in units of 1/<paramref name="Rate"/> second. Rescaled once, at the edge that writes it.</summary>
/// <param name="Value">Ticks since the stream's epoch. May be negative.</param>
/// <param name="Rate">Ticks per second; positive.</param>
public readonly record struct MediaTime(long Value, int Rate)
{
    /// <summary>The same point in ticks of 1/<paramref name="rate"/> second, rounded down.</summary>
    public MediaTime Rescale(int rate)
    {
        Int128 product = (Int128)Value * rate;
        Int128 quotient = product / Rate;
        if (product < 0 && quotient * Rate != product)
        {
            quotient--;
        }

        return new MediaTime((long)quotient, rate);
    }

    /// <summary>The point <paramref name="offset"/> later, at the same rate; exact for whole milliseconds at rates of whole kilohertz.</summary>
    public MediaTime Plus(TimeSpan offset) =>
        this with { Value = Value + new MediaTime(offset.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(Rate).Value };

    /// <summary>Whole milliseconds, rounded down.</summary>
    public long ToMilliseconds() => Rescale(1000).Value;

    /// <summary>The same point as a time span since the stream's epoch.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Rescale((int)TimeSpan.TicksPerSecond).Value);
}
