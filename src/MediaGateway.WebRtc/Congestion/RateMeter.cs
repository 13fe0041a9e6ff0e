namespace MediaGateway.WebRtc.Congestion;

/// <summary>Bits per second over the latest half second or less, in slots of 10 ms.</summary>
internal sealed class RateMeter
{
    private const int Slots = 64;
    private const double BitsPerByte = 8;
    private static readonly TimeSpan SlotTime = TimeSpan.FromMilliseconds(10);

    private readonly long[] _bytes = new long[Slots];
    private long _newest = -1;
    private long _oldest;

    /// <summary>Counts bytes. Those of before the window are left out; those of before the owner's time began count as its first.</summary>
    public void Add(TimeSpan at, int bytes)
    {
        long slot = Math.Max(0, at.Ticks / SlotTime.Ticks); // What waited in the kernel while the program started is older than its time.
        if (_newest < 0 || slot - _newest >= Slots)
        {
            Array.Clear(_bytes);
            _oldest = _newest < 0 ? slot : slot - Slots + 1;
            _newest = slot;
        }

        for (; _newest < slot; _newest++)
        {
            _bytes[(_newest + 1) % Slots] = 0;
        }

        if (slot > _newest - Slots)
        {
            _bytes[slot % Slots] += bytes;
        }
    }

    /// <summary>The rate over a window that ends with the newest packet; null while less than that has been seen.</summary>
    /// <param name="window">At most half a second.</param>
    public double? BitsPerSecond(TimeSpan window)
    {
        int slots = (int)(window / SlotTime);
        if (_newest < 0 || _newest - _oldest < slots)
        {
            return null;
        }

        // The newest slot is not full yet.
        long sum = 0;
        for (long slot = _newest - slots; slot < _newest; slot++)
        {
            sum += _bytes[slot % Slots];
        }

        return sum * BitsPerByte / window.TotalSeconds;
    }
}
