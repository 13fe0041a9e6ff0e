namespace MediaGateway.Media.Frames;

/// <summary>
/// Turns a counter of <c>bits</c> bits that wraps on the wire into a 64-bit one: each new value is the one nearest to the highest
/// seen so far. Serves RTP sequence numbers (16), RTP timestamps (32) and RTMP timestamps (32).
/// </summary>
public struct TimestampUnwrapper
{
    private readonly int _bits;
    private long _last;
    private bool _started;

    /// <summary>Makes an unwrapper for a counter of <paramref name="bits"/> bits, 1 to 32.</summary>
    public TimestampUnwrapper(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 32);
        _bits = bits;
    }

    /// <summary>The 64-bit value of <paramref name="wire"/>. The first call returns it unchanged. May return less than the last.</summary>
    public long Unwrap(uint wire)
    {
        if (!_started)
        {
            _started = true;
            _last = wire;
            return wire;
        }

        long value = Peek(wire);
        _last = Math.Max(_last, value);
        return value;
    }

    /// <summary>What <see cref="Unwrap"/> would return, without moving the reference point.</summary>
    public readonly long Peek(uint wire)
    {
        if (!_started)
        {
            return wire;
        }

        long span = 1L << _bits;
        long delta = (wire - (_last & (span - 1))) & (span - 1);
        if (delta >= span / 2)
        {
            delta -= span;
        }

        return _last + delta;
    }
}
