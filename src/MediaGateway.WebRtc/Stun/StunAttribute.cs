namespace MediaGateway.WebRtc.Stun;

/// <summary>One attribute of a STUN message: a view into the message's bytes.</summary>
/// <param name="type">The attribute type.</param>
/// <param name="offset">Where the attribute's header starts in the message.</param>
/// <param name="value">The value without padding.</param>
internal readonly ref struct StunAttribute(ushort type, int offset, ReadOnlySpan<byte> value)
{
    /// <summary>The attribute type.</summary>
    public ushort Type { get; } = type;

    /// <summary>Where the attribute's header starts in the message.</summary>
    public int Offset { get; } = offset;

    /// <summary>The value without padding.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
