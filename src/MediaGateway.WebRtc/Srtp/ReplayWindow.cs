namespace MediaGateway.WebRtc.Srtp;

/// <summary>Which of the last packet indices were seen (RFC 3711 3.3.2). Fixed memory.</summary>
internal sealed class ReplayWindow
{
    /// <summary>Indices remembered below the highest. RFC 3711 asks for at least 64; retransmission after a second needs more.</summary>
    public const int Size = 2048;

    private const int BitsPerWord = 64;

    private readonly ulong[] _seen = new ulong[Size / BitsPerWord];

    /// <summary>The highest index accepted; -1 before the first.</summary>
    public long Highest { get; private set; } = -1;

    /// <summary>Whether <paramref name="index"/> is inside the window, or above it, and was not accepted before.</summary>
    public bool IsNew(long index)
    {
        if (index > Highest)
        {
            return true;
        }

        return index > Highest - Size && (_seen[Word(index)] & Bit(index)) == 0;
    }

    /// <summary>Marks <paramref name="index"/> as seen. Only for an authentic packet for which <see cref="IsNew"/> holds.</summary>
    public void Accept(long index)
    {
        if (index > Highest)
        {
            Forget(Highest + 1, index);
            Highest = index;
        }

        _seen[Word(index)] |= Bit(index);
    }

    private static int Word(long index) => (int)(index % Size / BitsPerWord);

    private static ulong Bit(long index) => 1UL << (int)(index % BitsPerWord);

    private void Forget(long first, long last)
    {
        if (last - first >= Size)
        {
            Array.Clear(_seen);
            return;
        }

        for (long index = first; index <= last; index++)
        {
            _seen[Word(index)] &= ~Bit(index);
        }
    }
}
