namespace MediaGateway.Media.Frames;

/// <summary>Makes converters to several levels. Any thread.</summary>
public interface IVideoLadderFactory
{
    /// <summary>In words, which library is missing for it; null when nothing is.</summary>
    string? Obstacle { get; }

    /// <summary>Makes a converter without levels; the caller disposes it. Its codecs are opened with the first pictures.</summary>
    IVideoLadder Create();
}
