namespace MediaGateway.Streams.Ladders;

/// <summary>
/// In which levels streams are to be had: who offers a choice (manifests, playlists) or makes one (a viewer's network has become narrower)
/// asks here, and finds the stream of the level by its <see cref="LadderLevel.Key"/> as any other. Any thread; nothing waits.
/// </summary>
internal interface ILadder
{
    /// <summary>
    /// The levels of a live stream, the highest rate first: the stream itself, the levels that are published beside it, those that can be
    /// made of it. At least the stream itself when it is published; empty when there is neither the stream nor any of its levels. The
    /// levels may change with every call: encoders come and go.
    /// </summary>
    IReadOnlyList<LadderLevel> LevelsOf(StreamKey stream);

    /// <summary>The names under which a stream and its levels are found, whether they are there or not; the stream's alone without a ladder.</summary>
    IEnumerable<StreamKey> KeysOf(StreamKey stream);

    /// <summary>
    /// The stream that a name is a level of: <c>live/name</c> for <c>live/name_720p</c> where the application's ladder has a level
    /// <c>720p</c>. Null for every other name. Neither needs to be live.
    /// </summary>
    StreamKey? StreamOf(StreamKey level);
}
