namespace MediaGateway.Native.Video;

/// <summary>How pictures are encoded.</summary>
public sealed record VideoEncodingOptions
{
    /// <summary>x264's trade of time for quality, its option <c>preset</c>.</summary>
    public string Preset { get; init; } = "superfast";

    /// <summary>The highest rate, in bit/s; 0: by the size of the picture, see <see cref="RateFor"/>.</summary>
    public int MaximumBitRate { get; init; }

    /// <summary>
    /// The rate that is aimed at and not exceeded over a second, in bit/s. 0: the quality is constant, below <see cref="MaximumBitRate"/>.
    /// </summary>
    public int BitRate { get; init; }

    /// <summary>Pictures per second that the rate control begins with.</summary>
    public double PictureRate { get; init; } = 30;

    /// <summary>The profile of H.264, by its name in x264.</summary>
    public string Profile { get; init; } = "baseline";

    /// <summary>
    /// The highest rate for pictures of a size: 2.5 Mbit/s for 1280×720, and by the power of 3/4 of the number of pixels more or less, as
    /// larger pictures compress better.
    /// </summary>
    public int RateFor(int width, int height)
    {
        const double Reference = 1280 * 720;
        const double ReferenceRate = 2_500_000;
        return MaximumBitRate > 0
            ? MaximumBitRate
            : (int)Math.Clamp(ReferenceRate * Math.Pow(width * (double)height / Reference, 0.75), 150_000, 12_000_000);
    }
}
