using MediaGateway.Media.Frames;

namespace MediaGateway.Recording;

/// <summary>Puts frames into a <see cref="RecordingFile"/> in some container. One owner, a writer's thread; every call may wait for the disk.</summary>
internal interface IRecordingWriter : IDisposable
{
    /// <summary>The file.</summary>
    RecordingFile File { get; }

    /// <summary>From the first frame to the last.</summary>
    TimeSpan Duration { get; }

    /// <summary>Frames taken.</summary>
    long Frames { get; }

    /// <summary>Whether the file can go on with tracks of these formats; else another one begins.</summary>
    bool Fits(TrackFormat? video, TrackFormat? audio);

    /// <summary>Takes a frame, whose reference stays the caller's. One of a track that the file does not have is left out.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    void Write(MediaFrame frame);

    /// <summary>Gives the operating system what waits in memory.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    void Flush();

    /// <summary>Writes what is still to be written and what only the end knows.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    void Complete();

    /// <summary>After the disk has refused: cuts off what was written in part and, where it is possible, makes the rest whole.</summary>
    /// <exception cref="IOException">The disk refuses that too.</exception>
    void Salvage();
}
