namespace MediaGateway.Configuration;

/// <summary>What holds for the streams of one application, the first part of their names: section <c>Applications:name</c>.</summary>
internal sealed class ApplicationOptions
{
    /// <summary>
    /// The codec of the sound that RTMP players get when they ask for none: <c>aac</c>, <c>pcma</c>, <c>pcmu</c>, <c>speex</c>,
    /// <c>mp3</c> or <c>opus</c>. Null: what the publisher sends if the player has announced it, else AAC.
    /// </summary>
    public string? AudioCodec { get; set; }

    /// <summary>Whether its streams can be played over RTMP; <see cref="RtmpOptions.PlaybackEnabled"/> must allow it too.</summary>
    public bool PlaybackEnabled { get; set; } = true;

    /// <summary>Whether every stream of it is recorded from its beginning to its end (<see cref="RecordingOptions.Root"/>).</summary>
    public bool Record { get; set; }

    /// <summary>The address that its RTMP clients are sent to; goes before <see cref="RtmpOptions.Redirect"/>. Null: they stay.</summary>
    public string? Redirect { get; set; }

    /// <summary>
    /// The ladder of its streams, one of <see cref="LadderOptions.Ladders"/> or <c>standard</c>; empty: none. Null:
    /// <see cref="LadderOptions.Default"/>.
    /// </summary>
    public string? Ladder { get; set; }
}
