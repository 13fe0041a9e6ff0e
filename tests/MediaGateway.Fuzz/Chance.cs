using System.Numerics;

namespace MediaGateway.Fuzz;

/// <summary>
/// The chance of one input (SplitMix64): it follows from a run's seed and the input's number alone, so that every input can be made again without
/// those before it, on any version of .NET.
/// </summary>
internal struct Chance(int seed, long number)
{
    private ulong _state = unchecked(((ulong)(uint)seed << 32) ^ ((ulong)number * 0x9E37_79B9_7F4A_7C15));

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit) => (int)(Next() % (uint)limit);

    /// <summary>A small number: most often near 0, at most <paramref name="limit"/> - 1.</summary>
    public int NextSmall(int limit) => Next(Math.Min(limit, 1 << Next(BitOperations.Log2((uint)limit) + 2)));

    /// <summary>Any 64 bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E37_79B9_7F4A_7C15;
            ulong mixed = (_state ^ (_state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
