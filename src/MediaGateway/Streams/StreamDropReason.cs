namespace MediaGateway.Streams;

/// <summary>Why frames of a stream did not go where they were to go.</summary>
internal enum StreamDropReason
{
    /// <summary>After a change of publisher, until the new one's first keyframe.</summary>
    PublisherChanged,

    /// <summary>The thread that sends was too far behind.</summary>
    WorkerLate,

    /// <summary>A viewer took too little; others got them.</summary>
    SlowViewer,

    /// <summary>The disk of a recording took too little.</summary>
    SlowDisk,

    /// <summary>The target of a push took too little.</summary>
    SlowTarget,

    /// <summary>Too much waited to be sent to a WebRTC viewer: the pacer's queue was full.</summary>
    SendQueueFull,

    /// <summary>The network to a WebRTC viewer carries keyframes only.</summary>
    NarrowNetwork,

    /// <summary>A WebRTC viewer lacked the picture before them: nothing was of use until the next keyframe.</summary>
    AwaitsKeyframe,

    /// <summary>The making of HLS segments was too far behind.</summary>
    SegmenterLate,

    /// <summary>A conversion of sound or pictures was too far behind.</summary>
    BridgeLate,
}
