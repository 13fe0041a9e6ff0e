using System.Buffers.Binary;

namespace MediaGateway.Fuzz;

/// <summary>
/// Makes broken inputs of good ones: it knows nothing of what the parser does with them. An input follows from the seeds, the run's seed and the
/// input's number alone. One thread.
/// </summary>
/// <param name="seeds">The good inputs; at least one.</param>
/// <param name="words">Bytes that mean something to the parser.</param>
/// <param name="maximumBytes">The longest input.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words, int maximumBytes)
{
    private const int MostChanges = 6;
    private const int LongestRun = 64;

    // Where signs change, fields fill up, and lengths pass what holds them.
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 129, 255, 256, 1023, 1024, 4095, 4096, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7F_FFFF, 0x80_0000,
        0xFF_FFFF, 0x100_0000, 0x1FFF_FFFF, 0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFE, ulong.MaxValue,
    ];

    private readonly byte[] _bytes = new byte[maximumBytes];
    private int _length;

    /// <summary>Makes the input of a number; the array is the caller's.</summary>
    public byte[] Make(int seed, long number)
    {
        var chance = new Chance(seed, number);
        Take(seeds[chance.Next(seeds.Count)]);
        for (int left = 1 + chance.NextSmall(MostChanges); left > 0; left--)
        {
            Change(ref chance);
        }

        return _bytes.AsSpan(0, _length).ToArray();
    }

    private void Take(byte[] seed)
    {
        _length = Math.Min(seed.Length, _bytes.Length);
        seed.AsSpan(0, _length).CopyTo(_bytes);
    }

    private void Change(ref Chance chance)
    {
        if (_length == 0)
        {
            Insert(ref chance, 0, Noise(ref chance));
            return;
        }

        int position = Position(ref chance);
        switch (chance.Next(14))
        {
            case 0 or 1:
                _bytes[position] ^= (byte)(1 << chance.Next(8));
                break;
            case 2:
                _bytes[position] = (byte)chance.Next(256);
                break;
            case 3:
                _bytes[position] = unchecked((byte)(_bytes[position] + chance.Next(9) - 4));
                break;
            case 4 or 5:
                SetInteger(position, chance.Next(5), chance.Next(4) == 0, Interesting[chance.Next(Interesting.Length)]);
                break;
            case 6 or 7:
                ChangeLength(ref chance, position);
                break;
            case 8:
                _length = chance.Next(2) == 0 ? position : _length - Math.Min(_length, 1 + chance.NextSmall(LongestRun));
                break;
            case 9:
                Insert(ref chance, chance.Next(2) == 0 ? _length : position, Noise(ref chance));
                break;
            case 10:
                Remove(position, 1 + chance.NextSmall(LongestRun));
                break;
            case 11:
                int run = Math.Min(_length - position, 1 + chance.NextSmall(LongestRun));
                Insert(ref chance, Position(ref chance), _bytes.AsSpan(position, run).ToArray());
                break;
            case 12 when words.Count > 0:
                PutWord(ref chance, position, words[chance.Next(words.Count)]);
                break;
            default:
                Splice(ref chance, position, seeds[chance.Next(seeds.Count)]);
                break;
        }
    }

    // Headers stand in front: every second change goes there.
    private int Position(ref Chance chance) => chance.Next(2) == 0 ? chance.Next(_length) : chance.NextSmall(_length);

    private static byte[] Noise(ref Chance chance)
    {
        byte[] noise = new byte[1 + chance.NextSmall(LongestRun)];
        byte fill = (byte)chance.Next(256);
        bool isEven = chance.Next(2) == 0;
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = isEven ? fill : (byte)chance.Next(256);
        }

        return noise;
    }

    /// <summary>Writes an integer of 1, 2, 3, 4 or 8 bytes, as much of it as fits.</summary>
    private void SetInteger(int position, int width, bool isLittleEndian, ulong value)
    {
        int bytes = width switch { 0 => 1, 1 => 2, 2 => 3, 3 => 4, _ => 8 };
        for (int i = 0; i < bytes && position + i < _length; i++)
        {
            _bytes[position + i] = (byte)(value >> (8 * (isLittleEndian ? i : bytes - 1 - i)));
        }
    }

    /// <summary>Looks from a position on for what may be the length of what follows it, and makes it lie.</summary>
    private void ChangeLength(ref Chance chance, int position)
    {
        int width = 1 + chance.Next(4);
        for (int i = position; i + width < _length; i++)
        {
            uint value = Read(i, width);
            int left = _length - i - width;
            if (value == 0 || value > left || (width > 1 && value < left / 64))
            {
                continue;
            }

            uint lie = chance.Next(6) switch
            {
                0 => value - 1,
                1 => value + 1,
                2 => (uint)left,
                3 => (uint)left + 1,
                4 => uint.MaxValue,
                _ => 0,
            };
            SetInteger(i, width == 4 ? 3 : width - 1, isLittleEndian: false, lie);
            return;
        }
    }

    private uint Read(int position, int width)
    {
        Span<byte> word = stackalloc byte[4];
        word.Clear();
        _bytes.AsSpan(position, width).CopyTo(word[(4 - width)..]);
        return BinaryPrimitives.ReadUInt32BigEndian(word);
    }

    private void Insert(ref Chance chance, int position, ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _bytes.Length - _length);
        int times = chance.Next(16) == 0 ? 1 + chance.Next(64) : 1;
        for (; times > 0 && count <= _bytes.Length - _length; times--)
        {
            _bytes.AsSpan(position, _length - position).CopyTo(_bytes.AsSpan(position + count));
            bytes[..count].CopyTo(_bytes.AsSpan(position));
            _length += count;
        }
    }

    private void Remove(int position, int count)
    {
        int end = Math.Min(_length, position + count);
        _bytes.AsSpan(end, _length - end).CopyTo(_bytes.AsSpan(position));
        _length -= end - position;
    }

    private void PutWord(ref Chance chance, int position, byte[] word)
    {
        if (chance.Next(2) == 0)
        {
            Insert(ref chance, position, word);
            return;
        }

        word.AsSpan(0, Math.Min(word.Length, _length - position)).CopyTo(_bytes.AsSpan(position));
    }

    /// <summary>What stands before the position, then another seed from somewhere on.</summary>
    private void Splice(ref Chance chance, int position, byte[] other)
    {
        int from = other.Length == 0 ? 0 : chance.Next(other.Length);
        int count = Math.Min(other.Length - from, _bytes.Length - position);
        other.AsSpan(from, count).CopyTo(_bytes.AsSpan(position));
        _length = position + count;
    }
}
