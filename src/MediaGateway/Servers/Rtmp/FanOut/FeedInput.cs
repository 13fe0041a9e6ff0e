using MediaGateway.Media.Frames;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>What a stream hands to a feed.</summary>
internal enum FeedInputKind
{
    /// <summary>The tracks are known.</summary>
    Start,

    /// <summary>A frame.</summary>
    Frame,

    /// <summary>The stream has ended.</summary>
    End,
}

/// <summary>One thing that a stream hands to a feed.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Frame">The frame, with a reference that goes along.</param>
internal readonly record struct FeedInput(FeedInputKind Kind, MediaFrame? Frame = null);
