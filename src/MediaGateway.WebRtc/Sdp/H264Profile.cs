using System.Globalization;

namespace MediaGateway.WebRtc.Sdp;

/// <summary>The <c>profile-level-id</c> of H.264 (RFC 6184 8.1): profile_idc, constraint flags and level_idc, as in the SPS.</summary>
/// <param name="ProfileIdc">The profile.</param>
/// <param name="Constraints">The constraint_set flags, set 0 in the highest bit.</param>
/// <param name="LevelIdc">Ten times the level.</param>
internal readonly record struct H264Profile(byte ProfileIdc, byte Constraints, byte LevelIdc)
{
    private const byte Baseline = 66;
    private const byte Main = 77;
    private const byte High = 100;
    private const byte ConstraintSet1 = 0x40;

    /// <summary>What an absent parameter means: Baseline, level 1 (RFC 6184 8.1).</summary>
    public static readonly H264Profile Default = new(Baseline, 0, 10);

    /// <summary>
    /// How well pictures are compressed at the same rate: 0 for profiles that players of RTMP cannot be expected to decode
    /// (Extended, and those of more than 8 bits or other than 4:2:0).
    /// </summary>
    public int Rank => ProfileIdc switch
    {
        High => 4,
        Main => 3,
        Baseline => (Constraints & ConstraintSet1) != 0 ? 2 : 1,
        _ => 0,
    };

    /// <summary>How surely a browser that offers the profile decodes what is sent; constrained baseline is in all of them (RFC 7742 6.2).</summary>
    public int RankForPlayers => ProfileIdc switch
    {
        Baseline => (Constraints & ConstraintSet1) != 0 ? 4 : 3,
        Main => 2,
        High => 1,
        _ => 0,
    };

    /// <summary>Reads the six hexadecimal digits; an absent parameter is <see cref="Default"/>.</summary>
    public static bool TryParse(string? text, out H264Profile profile)
    {
        profile = Default;
        if (text is null)
        {
            return true;
        }

        if (text.Length != 6 || !uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            return false;
        }

        profile = new H264Profile((byte)(value >> 16), (byte)((value >> 8) & 0xFF), (byte)(value & 0xFF));
        return true;
    }
}
