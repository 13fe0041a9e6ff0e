namespace MediaGateway.Media.H264;

/// <summary>The one-byte header of a NAL unit (H.264 7.3.1): <c>|F|NRI|  Type   |</c>.</summary>
public static class NalUnit
{
    private const int TypeMask = 0x1F;

    /// <summary>The type of the NAL unit that starts with <paramref name="header"/>.</summary>
    public static NalUnitType TypeOf(byte header) => (NalUnitType)(header & TypeMask);

    /// <summary>Whether the type carries a part of the coded picture (types 1 to 5).</summary>
    public static bool IsSlice(NalUnitType type) => (int)type is >= 1 and <= 5;
}
