namespace MediaGateway.Media.Frames;

/// <summary>What a track carries.</summary>
public enum TrackKind
{
    /// <summary>Sound.</summary>
    Audio,

    /// <summary>Pictures.</summary>
    Video,

    /// <summary>Timed data: cue points, captions, messages of the publisher.</summary>
    Data,
}
