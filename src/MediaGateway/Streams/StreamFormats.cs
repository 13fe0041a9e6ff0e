using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The tracks that exist for one outlet when it starts: what its metadata may promise. A track that shows itself later, and every
/// change of format, rides on the frames (<see cref="MediaFrame.Format"/>).
/// </summary>
/// <param name="Video">The pictures, or null when there are none so far.</param>
/// <param name="Audio">The sound in the codec that the outlet gets, or null when there is none so far.</param>
/// <param name="Metadata">What the publisher has said of the stream, or null when it has said nothing.</param>
/// <param name="Additional">
/// The further tracks of a multitrack publisher (<see cref="FlvTagFormat.TrackId"/> above 0) with what configures their decoders; null
/// when there are none. Never changes.
/// </param>
internal readonly record struct StreamFormats(
    TrackFormat? Video, TrackFormat? Audio, StreamMetadata? Metadata = null, IReadOnlyList<TrackFormat>? Additional = null);
