namespace MediaGateway.Streams.Renditions;

/// <summary>Why a picture is converted, or only decoded.</summary>
internal enum PicturePlace
{
    /// <summary>It is older than the bridge: decoded, because those that follow build on it.</summary>
    Past,

    /// <summary>The conversion is behind: decoded and left out, so that it catches up.</summary>
    LeftOut,

    /// <summary>It is decoded and encoded.</summary>
    Shown,
}
