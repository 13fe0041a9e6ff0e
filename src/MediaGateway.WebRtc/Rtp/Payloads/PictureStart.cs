namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>What begins with a payload.</summary>
internal enum PictureStart
{
    /// <summary>Nothing: it goes on with what began before, or is broken.</summary>
    None,

    /// <summary>A picture.</summary>
    Picture,

    /// <summary>A picture with which a decoder can start.</summary>
    Keyframe,
}
