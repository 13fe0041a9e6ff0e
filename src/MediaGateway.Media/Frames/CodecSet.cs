namespace MediaGateway.Media.Frames;

/// <summary>A set of codecs, such as those that a player has announced. A value; costs nothing to copy or compare.</summary>
public readonly record struct CodecSet
{
    private readonly ulong _bits;

    private CodecSet(ulong bits) => _bits = bits;

    /// <summary>No codec.</summary>
    public static CodecSet Empty { get; }

    /// <summary>Makes a set.</summary>
    public static CodecSet Of(params ReadOnlySpan<CodecId> codecs)
    {
        CodecSet set = Empty;
        foreach (CodecId codec in codecs)
        {
            set = set.With(codec);
        }

        return set;
    }

    /// <summary>Whether the codec is in the set.</summary>
    public bool Contains(CodecId codec) => (_bits & BitOf(codec)) != 0;

    /// <summary>This set and one codec more.</summary>
    public CodecSet With(CodecId codec) => new(_bits | BitOf(codec));

    /// <summary>The codecs that are in either set.</summary>
    public CodecSet Union(CodecSet other) => new(_bits | other._bits);

    /// <summary>The codecs that are in both sets.</summary>
    public CodecSet Intersect(CodecSet other) => new(_bits & other._bits);

    /// <summary>The codecs, for people.</summary>
    public override string ToString()
    {
        CodecSet set = this;
        return string.Join(", ", Enum.GetValues<CodecId>().Where(set.Contains));
    }

    private static ulong BitOf(CodecId codec) => 1UL << (int)codec;
}
