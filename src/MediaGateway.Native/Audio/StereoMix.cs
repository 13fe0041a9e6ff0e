namespace MediaGateway.Native.Audio;

/// <summary>
/// What each channel of a source gives to left and right (ITU-R BS.775-3 annex 4): centre and surround channels 3 dB less on their
/// side, the low-frequency channel nothing. The sums never exceed full scale. Channels in FFmpeg's order.
/// </summary>
internal static class StereoMix
{
    private const float Half = 0.70710678f;

    // Front left, front right, front centre, low frequencies, back left, back right; from seven channels on two sides more.
    private static readonly (float Left, float Right)[][] Mixes =
    [
        [],
        [(1, 1)],
        [(1, 0), (0, 1)],
        Scaled([(1, 0), (0, 1), (Half, Half)]),
        Scaled([(1, 0), (0, 1), (Half, Half), (Half, Half)]),
        Scaled([(1, 0), (0, 1), (Half, Half), (Half, 0), (0, Half)]),
        Scaled([(1, 0), (0, 1), (Half, Half), (0, 0), (Half, 0), (0, Half)]),
        Scaled([(1, 0), (0, 1), (Half, Half), (0, 0), (Half, Half), (Half, 0), (0, Half)]),
        Scaled([(1, 0), (0, 1), (Half, Half), (0, 0), (Half, 0), (0, Half), (Half, 0), (0, Half)]),
    ];

    /// <summary>The factors for a number of channels, 1 to 8.</summary>
    public static ReadOnlySpan<(float Left, float Right)> For(int channels) => Mixes[channels];

    private static (float Left, float Right)[] Scaled((float Left, float Right)[] mix)
    {
        float sum = mix.Sum(gain => gain.Left);
        return [.. mix.Select(gain => (gain.Left / sum, gain.Right / sum))];
    }
}
