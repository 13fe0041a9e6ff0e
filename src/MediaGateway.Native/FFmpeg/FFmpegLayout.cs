namespace MediaGateway.Native.FFmpeg;

/// <summary>
/// Where the fields that we touch lie in FFmpeg's structures (64-bit). Within one major version of a library fields never move;
/// between majors they do, so an unknown major is refused. What can be set through options is, and is not listed here.
/// </summary>
/// <param name="AvCodecMajor">Major version of libavcodec.</param>
/// <param name="MinimumMinor">First minor version of that major that has the fields.</param>
/// <param name="Release">The release of FFmpeg, for messages.</param>
/// <param name="IsProven">Whether the tests have run on it. The others were computed by a compiler from the release's headers.</param>
internal sealed record FFmpegLayout(int AvCodecMajor, int MinimumMinor, string Release, bool IsProven)
{
    // The same in all of them.
    public const int CodecId = 20;
    public const int ParametersCodecType = 0;
    public const int ParametersCodecId = 4;
    public const int ParametersExtraData = 16;
    public const int ParametersExtraDataSize = 24;
    public const int FrameData = 0;
    public const int FrameLineSize = 64;
    public const int FrameExtendedData = 96;
    public const int FrameWidth = 104;
    public const int FrameHeight = 108;
    public const int FrameSampleCount = 112;
    public const int FrameFormat = 116;
    public const int FramePictureType = 124;
    public const int FramePresentation = 136;
    public const int PacketPresentation = 8;
    public const int PacketDecoding = 16;
    public const int PacketData = 24;
    public const int PacketSize = 32;
    public const int PacketFlags = 40;
    public const int ChannelLayoutCount = 4;

    private static readonly FFmpegLayout[] Known =
    [
        // 5.0 (minor 18) has no AVChannelLayout yet.
        new(59, 24, "5.1", IsProven: true)
        {
            ParametersWidth = 56, ParametersHeight = 60, ParametersFormat = 28, ParametersBitRate = 32, ParametersSampleRate = 116, ParametersFrameSize = 124,
            ParametersInitialPadding = 128, ParametersChannelLayout = 144, FrameSampleRate = 208, FrameChannelLayout = 448,
        },
        new(60, 0, "6.0 or 6.1", IsProven: false)
        {
            ParametersWidth = 56, ParametersHeight = 60, ParametersFormat = 28, ParametersBitRate = 32, ParametersSampleRate = 116, ParametersFrameSize = 124,
            ParametersInitialPadding = 128, ParametersChannelLayout = 144, FrameSampleRate = 208, FrameChannelLayout = 448,
        },
        new(61, 0, "7.0 or 7.1", IsProven: false)
        {
            ParametersWidth = 72, ParametersHeight = 76, ParametersFormat = 44, ParametersBitRate = 48, ParametersSampleRate = 152, ParametersFrameSize = 160,
            ParametersInitialPadding = 164, ParametersChannelLayout = 128, FrameSampleRate = 192, FrameChannelLayout = 408,
        },
    ];

    private static readonly Lazy<FFmpegLayout> Loaded = new(() => For(AvCodec.avcodec_version()));

    /// <summary>The layout of the libraries that are loaded.</summary>
    /// <exception cref="FFmpegException">Their version is not one that we know.</exception>
    public static FFmpegLayout Current => Loaded.Value;

    public required int ParametersWidth { get; init; }

    public required int ParametersHeight { get; init; }

    public required int ParametersFormat { get; init; }

    public required int ParametersBitRate { get; init; }

    public required int ParametersSampleRate { get; init; }

    public required int ParametersFrameSize { get; init; }

    public required int ParametersInitialPadding { get; init; }

    public required int ParametersChannelLayout { get; init; }

    public required int FrameSampleRate { get; init; }

    public required int FrameChannelLayout { get; init; }

    /// <summary>The layout for a version as <c>avcodec_version()</c> gives it.</summary>
    /// <exception cref="FFmpegException">The version is not one that we know.</exception>
    public static FFmpegLayout For(uint version)
    {
        uint major = version >> 16;
        uint minor = (version >> 8) & 0xFF;
        FFmpegLayout? layout = Array.Find(Known, known => known.AvCodecMajor == major && minor >= known.MinimumMinor);
        return layout ?? throw new FFmpegException(
            $"libavcodec {major}.{minor} is not supported: its structures are unknown. Supported are those of FFmpeg "
            + string.Join(", ", Known.Select(known => $"{known.Release} (libavcodec {known.AvCodecMajor})")) + ".");
    }
}
