namespace MediaGateway.Testing;

/// <summary>Broken variants of a good input, the same in every run.</summary>
public static class Mutations
{
    /// <summary>Every strict prefix.</summary>
    public static IEnumerable<byte[]> Truncations(byte[] good)
    {
        for (int length = 0; length < good.Length; length++)
        {
            yield return good[..length];
        }
    }

    /// <summary>Variants with some bytes changed, removed, doubled or appended.</summary>
    public static IEnumerable<byte[]> Random(byte[] good, int count, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            List<byte> bytes = [.. good];
            int changes = random.Next(1, 6);
            for (int change = 0; change < changes && bytes.Count > 0; change++)
            {
                Mutate(bytes, random);
            }

            yield return [.. bytes];
        }
    }

    /// <summary>Every strict prefix of each of <paramref name="seeds"/>, each whole, and <paramref name="count"/> variants of them.</summary>
    public static IEnumerable<byte[]> Of(IReadOnlyList<byte[]> seeds, int count, int seed)
    {
        int each = Math.Max(1, count / seeds.Count);
        return seeds.SelectMany((good, index) => Truncations(good).Append(good).Concat(Random(good, each, seed + index)));
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        int index = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0:
                bytes[index] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[index] = (byte)random.Next(256);
                break;
            case 2:
                bytes[index] = random.Next(2) == 0 ? (byte)0 : byte.MaxValue;
                break;
            case 3:
                bytes.RemoveRange(index, random.Next(1, Math.Min(8, bytes.Count - index) + 1));
                break;
            case 4:
                bytes.InsertRange(index, bytes.GetRange(index, Math.Min(random.Next(1, 9), bytes.Count - index)));
                break;
            default:
                bytes.Add((byte)random.Next(256));
                break;
        }
    }
}
