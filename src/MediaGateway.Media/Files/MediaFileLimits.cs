namespace MediaGateway.Media.Files;

/// <summary>How much of a media file is looked at and kept. What is over a limit ends in a <see cref="MediaFileException"/>.</summary>
public static class MediaFileLimits
{
    /// <summary>Frames of one file: 14 hours of 30 pictures and 47 frames of sound per second. The index takes 32 bytes of each.</summary>
    public const int MaximumSamples = 4_000_000;

    /// <summary>The largest frame, in bytes: what one RTMP message and its header carry.</summary>
    public const int MaximumSampleBytes = 10 * 1024 * 1024;

    /// <summary>Tracks of one file.</summary>
    public const int MaximumTracks = 64;

    /// <summary>Boxes of an MP4 file, tags of an FLV file besides frames, and the like: what is walked over without a frame to show for it.</summary>
    public const int MaximumParts = 2_000_000;

    /// <summary>Sample descriptions, tag configurations and edits of one file.</summary>
    public const int MaximumEntries = 1024;

    /// <summary>The longest decoder configuration, in bytes; parameter sets take some hundred.</summary>
    public const int MaximumConfigurationBytes = 64 * 1024;

    /// <summary>The longest metadata that is read, in bytes.</summary>
    public const int MaximumMetadataBytes = 256 * 1024;

    /// <summary>The latest time of a frame, in seconds: 30 years.</summary>
    public const long MaximumSeconds = 1_000_000_000;

    /// <summary>Bytes that are searched for the next frame of an MP3 file.</summary>
    public const int MaximumSearchBytes = 128 * 1024;
}
