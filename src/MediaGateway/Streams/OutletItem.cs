using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What an <see cref="OutletItem"/> is.</summary>
internal enum OutletItemKind
{
    /// <summary>The tracks at the start.</summary>
    Start,

    /// <summary>A frame, whose reference goes to whoever takes the item.</summary>
    Frame,

    /// <summary>The publisher's words about the stream.</summary>
    Metadata,

    /// <summary>The stream has ended.</summary>
    End,
}

/// <summary>One entry of a <see cref="BoundedOutlet"/>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="EnteredAt">Gateway time at which it was queued.</param>
/// <param name="Frame">The frame, when it is one.</param>
/// <param name="Formats">The tracks, at the start.</param>
/// <param name="Metadata">The publisher's words.</param>
/// <param name="EndReason">Why the stream ended, at the end.</param>
internal readonly record struct OutletItem(
    OutletItemKind Kind,
    TimeSpan EnteredAt,
    MediaFrame? Frame = null,
    StreamFormats Formats = default,
    StreamMetadata? Metadata = null,
    StreamEndReason EndReason = default);
