namespace MediaGateway.Media.Memory;

/// <summary>
/// Reads bits, most significant first, and the Exp-Golomb codes of H.264 (9.1). Reading past the end, or a code longer than 32 bits,
/// gives 0 from then on and sets <see cref="HasFailed"/>: check it once after a group of reads.
/// </summary>
public ref struct BitReader
{
    /// <summary>The most leading zeros of an Exp-Golomb code: its value fits 32 bits (H.264 9.1).</summary>
    private const int MaximumLeadingZeros = 32;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    /// <summary>Starts at the first bit of <paramref name="bytes"/>.</summary>
    public BitReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Whether a read went past the end or met a code that is too long.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Bits not yet read.</summary>
    public readonly int BitsLeft => (_bytes.Length * 8) - _position;

    /// <summary>Reads up to 32 bits as an unsigned number.</summary>
    public uint ReadBits(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, 32u);
        if (HasFailed || count > BitsLeft)
        {
            HasFailed = true;
            return 0;
        }

        ulong value = 0;
        for (int left = count; left > 0;)
        {
            int inByte = 8 - (_position & 7);
            int taken = Math.Min(inByte, left);
            int bits = (_bytes[_position >> 3] >> (inByte - taken)) & ((1 << taken) - 1);
            value = (value << taken) | (uint)bits;
            _position += taken;
            left -= taken;
        }

        return (uint)value;
    }

    /// <summary>Reads one bit.</summary>
    public bool ReadFlag() => ReadBits(1) != 0;

    /// <summary>Skips bits.</summary>
    public void Skip(int count)
    {
        if (HasFailed || count > BitsLeft)
        {
            HasFailed = true;
            return;
        }

        _position += count;
    }

    /// <summary>Reads ue(v).</summary>
    public uint ReadUnsignedExpGolomb()
    {
        int zeros = 0;
        while (!HasFailed && !ReadFlag())
        {
            zeros++;
            if (zeros > MaximumLeadingZeros)
            {
                HasFailed = true;
            }
        }

        if (HasFailed)
        {
            return 0;
        }

        ulong value = (1UL << zeros) - 1 + ReadBits(zeros);
        if (HasFailed || value > uint.MaxValue)
        {
            HasFailed = true;
            return 0;
        }

        return (uint)value;
    }

    /// <summary>Reads se(v).</summary>
    public long ReadSignedExpGolomb()
    {
        long code = ReadUnsignedExpGolomb();
        return (code & 1) != 0 ? (code + 1) / 2 : -(code / 2);
    }
}
