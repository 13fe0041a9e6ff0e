namespace MediaGateway.Recording;

/// <summary>What has become of the wish to record a stream.</summary>
internal enum RecordingStart
{
    /// <summary>It is recorded from now on.</summary>
    Started,

    /// <summary>It is being recorded already.</summary>
    Duplicate,

    /// <summary>Nobody publishes it.</summary>
    NoStream,

    /// <summary>There is no folder for recordings: <c>Recording:Root</c> is not set.</summary>
    NotSet,

    /// <summary>As many are recorded as may be: <c>Recording:MaximumRecordings</c>.</summary>
    TooMany,
}
