namespace MediaGateway.Media.Files;

/// <summary>Which kind of media file.</summary>
public enum MediaFileKind
{
    /// <summary>MP4 or QuickTime with one table of all frames (ISO/IEC 14496-12).</summary>
    Mp4,

    /// <summary>MP4 in fragments (ISO/IEC 14496-12 8.8): it may still grow.</summary>
    FragmentedMp4,

    /// <summary>FLV (Video File Format v10.1, E): it may still grow.</summary>
    Flv,

    /// <summary>A sequence of MP3 frames.</summary>
    Mp3,
}
