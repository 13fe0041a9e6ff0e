using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Vod;

/// <summary>One open file of the catalogue with its index. <see cref="Leases"/> and <see cref="UsedAt"/> are the catalogue's, under its lock.</summary>
internal sealed class VodEntry : IDisposable
{
    // Held while the file is read on; only by threads that wait for disks anyway.
    private readonly Lock _reading = new();
    private readonly SafeFileHandle _handle;
    private readonly IDisposable _held;
    private readonly IMediaFileIndexer _indexer;
    private MediaFile _index;
    private DateTime _modifiedAt;
    private bool _isGrowing;

    private VodEntry(
        string path, SafeFileHandle handle, IDisposable held, FileByteSource source, IMediaFileIndexer indexer, DateTime modifiedAt)
    {
        (Path, _handle, _held, Source, _indexer, _modifiedAt) = (path, handle, held, source, indexer, modifiedAt);
        _index = indexer.Update(source);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>The file's bytes.</summary>
    public FileByteSource Source { get; }

    /// <summary>The index.</summary>
    public MediaFile Index => Volatile.Read(ref _index);

    /// <summary>When it was last written, as of the index.</summary>
    public DateTime ModifiedAt
    {
        get
        {
            lock (_reading)
            {
                return _modifiedAt;
            }
        }
    }

    /// <summary>Whether it has grown since it was opened.</summary>
    public bool IsGrowing => Volatile.Read(ref _isGrowing);

    /// <summary>Those who play it.</summary>
    public int Leases { get; set; }

    /// <summary>When it was last given out or back.</summary>
    public TimeSpan UsedAt { get; set; }

    /// <summary>Reads the index of a file. Takes the handle, also when it fails.</summary>
    /// <exception cref="MediaFileException">The file cannot be read.</exception>
    public static VodEntry Read(string path, SafeFileHandle handle, ResourceLedger resources)
    {
        IDisposable held = resources.Hold(ResourceKind.File);
        try
        {
            var source = new FileByteSource(handle);
            return new VodEntry(path, handle, held, source, MediaFileFormat.Start(source), File.GetLastWriteTimeUtc(handle));
        }
        catch
        {
            handle.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether it is still the file of that path, perhaps longer than before. False: another one stands there, or it was changed.</summary>
    public bool IsCurrent()
    {
        DateTime onDisk = File.GetLastWriteTimeUtc(Path);
        lock (_reading)
        {
            if (onDisk != File.GetLastWriteTimeUtc(_handle) || new FileInfo(Path) is not { Exists: true } info || info.Length != Source.Length)
            {
                return false;
            }

            return onDisk == _modifiedAt || TryReadOn();
        }
    }

    /// <summary>Reads on if the file has grown.</summary>
    /// <returns>Whether the index is another now.</returns>
    public bool Refresh()
    {
        lock (_reading)
        {
            int before = _index.Count;
            TryReadOn();
            return _index.Count > before;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _held.Dispose();
    }

    private bool TryReadOn()
    {
        if (!_indexer.CanGrow || Source.Length < _index.IndexedBytes)
        {
            return false;
        }

        DateTime modifiedAt = File.GetLastWriteTimeUtc(_handle);
        MediaFile index = _indexer.Update(Source);
        Volatile.Write(ref _isGrowing, _isGrowing || index.Count > _index.Count);
        Volatile.Write(ref _index, index);
        _modifiedAt = modifiedAt;
        return true;
    }
}
