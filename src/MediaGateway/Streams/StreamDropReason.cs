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
}
