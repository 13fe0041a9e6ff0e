namespace MediaGateway.Media.Files;

/// <summary>Reads the index of one file, and goes on where it stopped when the file has grown. One owner, one thread at a time.</summary>
public interface IMediaFileIndexer
{
    /// <summary>Whether asking again after the file has grown finds what was added. If not, a file that has changed must be started anew.</summary>
    bool CanGrow { get; }

    /// <summary>The index of what there is now.</summary>
    /// <exception cref="MediaFileException">The file cannot be read, or holds no frame yet.</exception>
    MediaFile Update(IByteSource source);
}
