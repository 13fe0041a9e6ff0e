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

    /// <summary>Ended: with its stream, as somebody asked, or for the reason that stands beside it.</summary>
    Finished,
}
