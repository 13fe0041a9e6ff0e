using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Files;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Vod;

/// <summary>
/// The files that can be played, by application and name. A file is opened and indexed once for all who play it; an index stays in memory for
/// the next, within bounds, and is dropped when the file was changed. Any thread; what waits for disks runs on the thread pool, a few at a time.
/// </summary>
internal sealed class VodCatalog : IDisposable
{
    /// <summary>Indexes that are read at the same time; whoever comes meanwhile waits.</summary>
    private const int MaximumReadings = 2;

    /// <summary>How long a file that nobody plays stays open.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, VodEntry> _entries = [];
    private readonly Dictionary<string, Task<VodOpening>> _readings = [];
    private readonly SemaphoreSlim _places = new(MaximumReadings);
    private readonly VodRoot[] _roots;
    private readonly VodOptions _options;
    private readonly GatewayClock _clock;
    private readonly ResourceLedger _resources;
    private readonly ILogger<VodCatalog> _logger;
    private readonly ITimer _timer;

    /// <summary>Makes a catalogue of all roots.</summary>
    public VodCatalog(
        IEnumerable<VodRoot> roots,
        IOptions<VodOptions> options,
        GatewayClock clock,
        TimeProvider time,
        ResourceLedger resources,
        ILogger<VodCatalog> logger)
    {
        (_roots, _options, _clock, _resources, _logger) = ([.. roots], options.Value, clock, resources, logger);
        _timer = time.CreateTimer(static state => ((VodCatalog)state!).CloseIdle(), this, IdleTime, IdleTime);
    }

    /// <summary>Files that are open.</summary>
    public int OpenFiles
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Whether an application plays files, not live streams.</summary>
    public bool IsVod(string? application) => Array.Exists(_roots, root => root.Applications.Contains(application));

    /// <summary>Whether an application's files are recorded here, and whether this one is being written.</summary>
    public (bool IsRecorded, bool IsWritten) Origin(string application, VodFile file)
    {
        VodRoot? root = Array.Find(_roots, root => root.IsWritten is not null && root.Applications.Contains(application));
        return root?.IsWritten is { } isWritten ? (true, isWritten(file.Path)) : (false, false);
    }

    /// <summary>Whether there is such a file. Looks at the disk, but reads nothing.</summary>
    public bool Exists(string application, VodName name) => Find(application, name) is not null;

    /// <summary>Opens a file to be sent as it is; null when there is none. The caller disposes it.</summary>
    public SafeFileHandle? OpenAsItIs(string application, VodName name) =>
        Find(application, name) is var (root, path) ? VodPaths.TryOpen(root, path) : null;

    /// <summary>The bytes of a small file beside those that are played; null when there is none, or it is larger.</summary>
    public byte[]? ReadSmall(string application, VodName name, int maximumBytes)
    {
        if (Find(application, name) is not var (root, path))
        {
            return null;
        }

        using SafeFileHandle? handle = VodPaths.TryOpen(root, path);
        if (handle is null)
        {
            return null;
        }

        long length = RandomAccess.GetLength(handle);
        if (length > maximumBytes)
        {
            return null;
        }

        try
        {
            byte[] bytes = new byte[length];
            return RandomAccess.Read(handle, bytes, 0) == length ? bytes : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Opens a file for somebody who plays it, and who disposes what comes of it, also when he has gone meanwhile.</summary>
    public async Task<VodOpening> OpenAsync(string application, VodName name)
    {
        await Task.Yield();
        if (Find(application, name) is not var (root, path))
        {
            return VodOpening.Missing;
        }

        Task<VodOpening>? reading;
        lock (_lock)
        {
            _readings.TryGetValue(path, out reading);
        }

        // Whoever comes while the index is read takes it from there.
        if (reading is not null)
        {
            VodOpening other = await reading;
            if (other.File is null)
            {
                return other;
            }
        }

        return TakeCurrent(path) ?? await ReadAsync(root, path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            foreach (VodEntry entry in _entries.Values)
            {
                entry.Dispose();
            }

            _entries.Clear();
        }

        _places.Dispose();
    }

    private (VodRoot Root, string Path)? Find(string application, VodName name)
    {
        foreach (VodRoot root in _roots)
        {
            if (root.Applications.Contains(application) && VodPaths.Find(root, name) is { } path)
            {
                return (root, path);
            }
        }

        return null;
    }

    private VodOpening? TakeCurrent(string path)
    {
        VodEntry? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(path, out entry))
            {
                return null;
            }

            entry.Leases++;
        }

        bool isCurrent;
        try
        {
            isCurrent = entry.IsCurrent();
        }
        catch (MediaFileException)
        {
            isCurrent = false;
        }

        if (isCurrent)
        {
            return new VodOpening(new VodFile(entry, Release), null, IsMissing: false);
        }

        lock (_lock)
        {
            Forget(entry);
        }

        Release(entry);
        return null;
    }

    /// <summary>Reads the index of a file, once for all who ask meanwhile; each but the first takes the entry afterwards.</summary>
    private Task<VodOpening> ReadAsync(VodRoot root, string path)
    {
        lock (_lock)
        {
            if (!_readings.TryGetValue(path, out Task<VodOpening>? reading))
            {
                reading = Task.Run(() => ReadNowAsync(root, path));
                _readings.Add(path, reading);
                return reading;
            }

            return TakeAfterAsync(reading, path);
        }
    }

    private async Task<VodOpening> TakeAfterAsync(Task<VodOpening> reading, string path)
    {
        VodOpening other = await reading;
        return other.File is null ? other : TakeCurrent(path) ?? VodOpening.Refused("The file was changed.");
    }

    private async Task<VodOpening> ReadNowAsync(VodRoot root, string path)
    {
        await _places.WaitAsync();
        try
        {
            return Read(root, path);
        }
        catch (MediaFileException fault)
        {
            _logger.FileUnreadable(path, fault.Message);
            return VodOpening.Refused(fault.Message);
        }
        finally
        {
            _places.Release();
            lock (_lock)
            {
                _readings.Remove(path);
            }
        }
    }

    private VodOpening Read(VodRoot root, string path)
    {
        lock (_lock)
        {
            MakeRoom();
            if (_entries.Count >= _options.MaximumFiles)
            {
                return VodOpening.Refused("Too many files are being played.");
            }
        }

        if (VodPaths.TryOpen(root, path) is not { } handle)
        {
            return VodOpening.Missing;
        }

        TimeSpan startedAt = _clock.Now;
        VodEntry entry = VodEntry.Read(path, handle, _resources);
        _logger.FileIndexed(path, entry.Index.Kind, entry.Index.Count, (_clock.Now - startedAt).TotalMilliseconds);
        lock (_lock)
        {
            entry.Leases = 1;
            entry.UsedAt = _clock.Now;
            if (_entries.TryGetValue(path, out VodEntry? stale))
            {
                Forget(stale);
            }

            _entries[path] = entry;
            MakeRoom();
        }

        return new VodOpening(new VodFile(entry, Release), null, IsMissing: false);
    }

    private void Release(VodEntry entry)
    {
        lock (_lock)
        {
            entry.Leases--;
            entry.UsedAt = _clock.Now;
            if (entry.Leases == 0 && _entries.GetValueOrDefault(entry.Path) != entry)
            {
                entry.Dispose();
            }
        }
    }

    /// <summary>Under the lock: nobody finds the entry any more; who plays it goes on.</summary>
    private void Forget(VodEntry entry)
    {
        if (_entries.GetValueOrDefault(entry.Path) == entry)
        {
            _entries.Remove(entry.Path);
        }

        if (entry.Leases == 0)
        {
            entry.Dispose();
        }
    }

    /// <summary>Under the lock: closes files that nobody plays, those not used for longest first, until the bounds are kept.</summary>
    private void MakeRoom()
    {
        while (_entries.Count > _options.MaximumFiles - 1 || _entries.Values.Sum(entry => entry.Index.IndexBytes) > _options.IndexCacheBytes)
        {
            VodEntry? idle = _entries.Values.Where(entry => entry.Leases == 0).MinBy(entry => entry.UsedAt);
            if (idle is null)
            {
                return;
            }

            Forget(idle);
        }
    }

    // A file that was deleted takes its place on the disk until it is closed.
    private void CloseIdle()
    {
        lock (_lock)
        {
            TimeSpan now = _clock.Now;
            foreach (VodEntry idle in _entries.Values.Where(entry => entry.Leases == 0 && now - entry.UsedAt >= IdleTime).ToArray())
            {
                Forget(idle);
            }
        }
    }
}
