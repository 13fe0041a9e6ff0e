namespace MediaGateway.Native.Video;

/// <summary>How a single picture is stored.</summary>
public enum StillFormat
{
    /// <summary>JPEG (JFIF), about 1/15 of a PNG's size.</summary>
    Jpeg,

    /// <summary>PNG, 24 bits, without loss.</summary>
    Png,
}
