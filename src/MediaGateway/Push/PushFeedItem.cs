using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>What a <see cref="PushFeedItem"/> is.</summary>
internal enum PushFeedItemKind
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

/// <summary>One entry of a push's queue.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="EnteredAt">Gateway time at which it was queued.</param>
/// <param name="Frame">The frame, when it is one.</param>
/// <param name="Formats">The tracks, at the start.</param>
/// <param name="Metadata">The publisher's words.</param>
internal readonly record struct PushFeedItem(
    PushFeedItemKind Kind, TimeSpan EnteredAt, MediaFrame? Frame = null, StreamFormats Formats = default, StreamMetadata? Metadata = null);
