namespace MediaGateway.Recording;

/// <summary>How a recording fares.</summary>
internal enum RecordingState
{
    /// <summary>Waits for the first keyframe.</summary>
    Waiting,

    /// <summary>Is being written.</summary>
    Recording,

    /// <summary>The disk refused; it is tried again every ten seconds.</summary>
    Failed,

    /// <summary>Ended, as the stream did or as somebody asked.</summary>
    Finished,

    /// <summary>The gateway ended before it could be finished.</summary>
    Interrupted,
}
