using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Media;

/// <summary>What became of a tag: a frame, nothing because it held none, or a fault. Only a frame has taken the buffer.</summary>
/// <param name="Frame">The frame.</param>
/// <param name="Fault">Why it could not be read, in words for the log.</param>
internal readonly record struct TagOutcome(MediaFrame? Frame, string? Fault)
{
    /// <summary>There was nothing to hand on, and nothing wrong.</summary>
    public static TagOutcome Nothing => default;

    /// <summary>A frame.</summary>
    public static implicit operator TagOutcome(MediaFrame frame) => new(frame, null);

    /// <summary>A fault.</summary>
    public static TagOutcome Bad(string fault) => new(null, fault);
}
