namespace MediaGateway.Configuration;

/// <summary>One level of a ladder: section <c>Ladder:Ladders:ladder:level</c>.</summary>
internal sealed class LadderLevelOptions
{
    /// <summary>The lowest pictures that a level may have, in pixels.</summary>
    public const int SmallestHeight = 64;

    /// <summary>The highest pictures that a level may have, in pixels.</summary>
    public const int LargestHeight = 2160;

    /// <summary>The lowest rate of a level's pictures, in bit/s.</summary>
    public const int LowestRate = 50_000;

    /// <summary>The highest rate of a level's pictures, in bit/s.</summary>
    public const int HighestRate = 100_000_000;

    /// <summary>The most pictures per second that a level may be limited to.</summary>
    public const int MostFrames = 120;

    /// <summary>Rows of pixels, even; the width follows from the stream's aspect. Streams with fewer rows do not have the level.</summary>
    public int Height { get; set; }

    /// <summary>Rate of the pictures in bit/s, without the sound's: what the encoder aims at and does not exceed over a second.</summary>
    public int BitsPerSecond { get; set; }

    /// <summary>Pictures per second at most; of a faster stream some are left out, keyframes never. 0: as many as the stream has.</summary>
    public int FramesPerSecond { get; set; }
}
