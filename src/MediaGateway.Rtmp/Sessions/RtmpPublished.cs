using MediaGateway.Media.Frames;

namespace MediaGateway.Rtmp.Sessions;

/// <summary>
/// One thing that a peer has published: a frame or metadata, never both. Whoever takes it owns the frame's reference and releases it once.
/// </summary>
/// <param name="MessageStreamId">The message stream that it was published on.</param>
/// <param name="Frame">A frame of sound, pictures or data.</param>
/// <param name="Metadata">What the peer says of its stream from now on; without properties when it took it back.</param>
public readonly record struct RtmpPublished(uint MessageStreamId, MediaFrame? Frame, StreamMetadata? Metadata);
