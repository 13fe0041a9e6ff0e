namespace MediaGateway.Fuzz.Targets;

/// <summary>Reads bits as text: slow, and written without a look at the reader under test.</summary>
internal sealed class SecondBitReader
{
    private readonly string _bits;
    private int _position;

    /// <summary>Takes the bytes of a NAL unit without its header; escapes are taken out.</summary>
    public SecondBitReader(ReadOnlySpan<byte> escaped)
    {
        var bits = new System.Text.StringBuilder();
        int zeros = 0;
        foreach (byte value in escaped)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }

            bits.Append(Convert.ToString(value, 2).PadLeft(8, '0'));
            zeros = value == 0 ? zeros + 1 : 0;
        }

        _bits = bits.ToString();
    }

    /// <summary>The next bits as a number.</summary>
    public int Bits(int count)
    {
        _position += count;
        return Convert.ToInt32(_bits[(_position - count).._position], 2);
    }

    /// <summary>The next bit.</summary>
    public bool Flag() => Bits(1) == 1;

    /// <summary>ue(v), H.264 9.1.</summary>
    public long Golomb()
    {
        int zeros = 0;
        while (_bits[_position++] == '0')
        {
            zeros++;
        }

        _position += zeros;
        return (1L << zeros) - 1 + (zeros == 0 ? 0 : Convert.ToInt64(_bits[(_position - zeros).._position], 2));
    }

    /// <summary>se(v), H.264 9.1.1.</summary>
    public long SignedGolomb()
    {
        long code = Golomb();
        return code % 2 == 0 ? -(code / 2) : (code / 2) + 1;
    }
}

/// <summary>Reads a sequence parameter set (H.264 7.3.2.1.1) up to the size of its pictures.</summary>
internal static class SecondParameterSetReader
{
    private static readonly int[] ProfilesWithChroma = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

    /// <summary>Id, width, height, chroma format, bit depths of luma and chroma.</summary>
    public static (int Id, int Width, int Height, int Chroma, int LumaDepth, int ChromaDepth) Read(ReadOnlySpan<byte> nalUnit)
    {
        var reader = new SecondBitReader(nalUnit[1..]);
        int profile = reader.Bits(8);
        reader.Bits(16);
        long id = reader.Golomb();
        (long chroma, bool separate, long luma, long depth) = (1, false, 8, 8);
        if (ProfilesWithChroma.Contains(profile))
        {
            chroma = reader.Golomb();
            separate = chroma == 3 && reader.Flag();
            (luma, depth) = (8 + reader.Golomb(), 8 + reader.Golomb());
            reader.Flag();
            SkipScaling(reader, chroma == 3 ? 12 : 8);
        }

        reader.Golomb();
        SkipOrder(reader);
        reader.Golomb();
        reader.Flag();
        long width = (reader.Golomb() + 1) * 16;
        long height = (reader.Golomb() + 1) * 16;
        bool framesOnly = reader.Flag();
        height *= framesOnly ? 1 : 2;
        reader.Bits(framesOnly ? 1 : 2);
        if (reader.Flag())
        {
            // Table 6-1: SubWidthC and SubHeightC; with separate planes, or without chroma, a sample is a sample.
            int unitX = !separate && chroma is 1 or 2 ? 2 : 1;
            int unitY = (!separate && chroma == 1 ? 2 : 1) * (framesOnly ? 1 : 2);
            width -= (reader.Golomb() + reader.Golomb()) * unitX;
            height -= (reader.Golomb() + reader.Golomb()) * unitY;
        }

        return ((int)id, (int)width, (int)height, (int)chroma, (int)luma, (int)depth);
    }

    private static void SkipScaling(SecondBitReader reader, int lists)
    {
        if (!reader.Flag())
        {
            return;
        }

        for (int list = 0; list < lists; list++)
        {
            if (!reader.Flag())
            {
                continue;
            }

            (long last, long next) = (8, 8);
            for (int i = 0; i < (list < 6 ? 16 : 64); i++)
            {
                if (next != 0)
                {
                    next = (((last + reader.SignedGolomb()) % 256) + 256) % 256;
                }

                last = next == 0 ? last : next;
            }
        }
    }

    private static void SkipOrder(SecondBitReader reader)
    {
        switch (reader.Golomb())
        {
            case 0:
                reader.Golomb();
                break;
            case 1:
                reader.Flag();
                reader.SignedGolomb();
                reader.SignedGolomb();
                for (long left = reader.Golomb(); left > 0; left--)
                {
                    reader.SignedGolomb();
                }

                break;
        }
    }
}
