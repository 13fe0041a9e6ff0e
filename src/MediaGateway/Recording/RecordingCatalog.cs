using System.Collections.Concurrent;
using System.Text.Json;
using MediaGateway.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Recording;

/// <summary>
/// The recorded files, running ones included: in memory, and each beside its file, where it is found after a restart. Only files that have
/// such an entry were written here, and only those are ever deleted. Any thread; what touches the disk says so.
/// </summary>
internal sealed class RecordingCatalog(IOptions<RecordingOptions> options, ILogger<RecordingCatalog> logger)
{
    /// <summary>What the entry beside a file is called: the file's name and this.</summary>
    public const string Suffix = ".json";

    private const string TemporarySuffix = ".json.tmp";
    private const int LongestEntry = 64 * 1024;

    // Less than a block of any disk.
    private const int EntryRoom = 2048;

    private readonly ConcurrentDictionary<string, RecordingEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>The folder of all recordings; null when nothing is recorded.</summary>
    public string? Root { get; } = options.Value.Root is { Length: > 0 } root ? Path.GetFullPath(root, AppContext.BaseDirectory) : null;

    /// <summary>All files.</summary>
    public IReadOnlyCollection<RecordingEntry> Entries => [.. _entries.Values];

    /// <summary>The file of that id, or null.</summary>
    public RecordingEntry? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>The whole path of a file. Only with a root.</summary>
    public string PathOf(RecordingEntry entry) => Path.Combine(Root!, entry.File); // there is an entry, so there is a root

    /// <summary>Whether a file is being written.</summary>
    /// <param name="path">Where it lies, all links followed.</param>
    public bool IsWritten(string path) => _entries.Values.Any(entry =>
        entry.IsRunning && path.EndsWith(entry.File, StringComparison.Ordinal) && path[..^entry.File.Length].EndsWith('/'));

    /// <summary>Notes what is known of a running file by now, in memory only.</summary>
    public void Note(RecordingEntry entry) => _entries[entry.Id] = entry;

    /// <summary>Notes a new file, in memory and beside it. Waits for the disk.</summary>
    /// <exception cref="IOException">The disk refuses; nothing is noted.</exception>
    /// <exception cref="UnauthorizedAccessException">The gateway may not write there.</exception>
    public void Create(RecordingEntry entry)
    {
        Note(entry); // before it can be found on the disk
        try
        {
            Replace(PathOf(entry), Serialize(entry));
        }
        catch
        {
            _entries.TryRemove(entry.Id, out _);
            throw;
        }
    }

    /// <summary>
    /// Notes it beside the file as well. Waits for the disk; one that has no room for another file takes it in place of the old entry, and
    /// one that refuses that too is logged.
    /// </summary>
    public void Save(RecordingEntry entry)
    {
        Note(entry);
        string path = PathOf(entry);
        byte[] json = Serialize(entry);
        try
        {
            try
            {
                Replace(path, json);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Overwrite(path + Suffix, json);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.RecordingEntryFault("written", entry.File, exception.Message);
        }
    }

    /// <summary>Deletes a file and its entry. Waits for the disk. False when the disk refuses.</summary>
    public bool Delete(RecordingEntry entry, string reason)
    {
        string path = PathOf(entry);
        try
        {
            File.Delete(path);
            File.Delete(path + Suffix);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody has deleted all of it.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.RecordingEntryFault("deleted", entry.File, exception.Message);
            return false;
        }

        _entries.TryRemove(entry.Id, out _);
        logger.RecordingDeleted(entry.File, reason);
        return true;
    }

    /// <summary>Finds the files of earlier runs. Waits for the disk. Symbolic links are not followed.</summary>
    /// <returns>Those that were running when the gateway ended.</returns>
    public IReadOnlyList<RecordingEntry> Load()
    {
        List<RecordingEntry> unfinished = [];
        if (Root is null || !Directory.Exists(Root))
        {
            return unfinished;
        }

        var all = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
        };
        foreach (string path in Directory.EnumerateFiles(Root, "*" + TemporarySuffix, all))
        {
            if (!_entries.Values.Any(entry => PathOf(entry) + TemporarySuffix == path))
            {
                TryDelete(path);
            }
        }

        foreach (string path in Directory.EnumerateFiles(Root, "*" + Suffix, all))
        {
            // What has begun since the gateway's start is known better than the disk tells.
            if (Read(path) is { } entry && _entries.TryAdd(entry.Id, entry))
            {
                if (entry.State is RecordingState.Recording or RecordingState.Waiting)
                {
                    unfinished.Add(entry);
                }
            }
        }

        return unfinished;
    }

    /// <summary>Spaces at the end make room for the words of later entries, so that they can be written on a full disk.</summary>
    private static byte[] Serialize(RecordingEntry entry)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry, RecordingJsonContext.Default.RecordingEntry);
        int length = json.Length;
        Array.Resize(ref json, Math.Max(length, EntryRoom));
        json.AsSpan(length).Fill((byte)' ');
        return json;
    }

    private static void Replace(string path, byte[] json)
    {
        try
        {
            File.WriteAllBytes(path + TemporarySuffix, json);
            File.Move(path + TemporarySuffix, path + Suffix, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(path + TemporarySuffix);
            throw;
        }
    }

    private static void Overwrite(string path, byte[] json)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(handle, json, 0);
        RandomAccess.SetLength(handle, json.Length);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays until the next start.
        }
    }

    /// <summary>Reads an entry; null when it is none, or not the one of the file that it stands beside.</summary>
    private RecordingEntry? Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestEntry)
            {
                return null;
            }

            RecordingEntry? entry = JsonSerializer.Deserialize(File.ReadAllBytes(path), RecordingJsonContext.Default.RecordingEntry);
            return entry is not null && PathOf(entry) + Suffix == path && File.Exists(PathOf(entry)) ? entry : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            logger.RecordingEntryFault("read", Path.GetRelativePath(Root!, path), exception.Message); // only with a root
            return null;
        }
    }
}
