using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>What the movie box says of one track.</summary>
internal sealed class Mp4SourceTrack
{
    /// <summary>Its number in the file, by which fragments name it.</summary>
    public required uint Id { get; init; }

    /// <summary>Pictures or sound.</summary>
    public required TrackKind Kind { get; init; }

    /// <summary>Ticks per second of its times.</summary>
    public required int Rate { get; init; }

    /// <summary>What is added to its times by its edit list: an empty edit at the start, less what is cut off there.</summary>
    public required long Shift { get; init; }

    /// <summary>Its formats by number of their description, less one.</summary>
    public required List<Mp4Format> Formats { get; init; }

    /// <summary>The table of its frames; null when it has none.</summary>
    public required Mp4BoxPlace? Table { get; init; }

    /// <summary>Its number in the index; -1 while it has none.</summary>
    public int Number { get; set; } = -1;

    /// <summary>The numbers of its formats in the index; -1 for those that cannot be played.</summary>
    public int[] Entries { get; set; } = [];

    /// <summary>What fragments take for granted (ISO/IEC 14496-12 8.8.3).</summary>
    public Mp4FragmentDefaults Defaults { get; set; }

    /// <summary>The decoding time of the next frame of a fragment that does not say its own.</summary>
    public long NextTime { get; set; }
}

/// <summary>What fragments take for granted of a track's frames (ISO/IEC 14496-12 8.8.3).</summary>
/// <param name="Description">The number of the sample description.</param>
/// <param name="Duration">The ticks of a frame.</param>
/// <param name="Size">The bytes of a frame.</param>
/// <param name="Flags">The flags of a frame.</param>
internal readonly record struct Mp4FragmentDefaults(uint Description, uint Duration, uint Size, uint Flags);
