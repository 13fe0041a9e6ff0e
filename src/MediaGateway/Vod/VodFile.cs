using MediaGateway.Media.Files;

namespace MediaGateway.Vod;

/// <summary>A file that somebody plays: as long as it is not disposed its index and its handle stay. Any thread.</summary>
internal sealed class VodFile(VodEntry entry, Action<VodEntry> release) : IDisposable
{
    private int _disposed;

    /// <summary>Where it lies, all links followed.</summary>
    public string Path => entry.Path;

    /// <summary>The index as it is now; of a file that grows a longer one later.</summary>
    public MediaFile Index => entry.Index;

    /// <summary>The file's bytes.</summary>
    public IByteSource Source => entry.Source;

    /// <summary>When the file was last written, as far as is known.</summary>
    public DateTime ModifiedAt => entry.ModifiedAt;

    /// <summary>Whether the file has grown since it was opened: it may go on to.</summary>
    public bool IsGrowing => entry.IsGrowing;

    /// <summary>Reads on where a file has grown. Waits for the disk.</summary>
    /// <returns>Whether <see cref="Index"/> is another now.</returns>
    public bool Refresh() => entry.Refresh();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            release(entry);
        }
    }
}
