using MediaGateway.Sessions;

namespace MediaGateway.Recording;

/// <summary>Hears of recorded files. Called by writers' threads; implementations only enqueue.</summary>
internal interface IRecordingListener
{
    /// <summary>A file has begun, is ready, or was given up.</summary>
    /// <param name="entry">What is known of it; its state says which.</param>
    /// <param name="path">The whole path of the file; empty when there is none.</param>
    /// <param name="session">The publisher's session; null when the stream had none.</param>
    void RecordingChanged(RecordingEntry entry, string path, MediaSession? session);
}
