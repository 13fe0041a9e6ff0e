using MediaGateway.Configuration;
using MediaGateway.Media.Files;
using MediaGateway.Vod;

namespace MediaGateway.Recording;

/// <summary>
/// Looks after recorded files: finds those of earlier runs at the start, and deletes the oldest finished ones by age, by their bytes and
/// by what is free on the disk. Never touches a file without an entry, nor one that is being written.
/// </summary>
internal sealed class RecordingKeeper(
    RecordingCatalog catalog, Microsoft.Extensions.Options.IOptions<RecordingOptions> options, TimeProvider time, ILogger<RecordingKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    /// <summary>Deletes what is too old or too much. Waits for the disk.</summary>
    public void Sweep()
    {
        RecordingOptions settings = options.Value;
        DateTimeOffset now = time.GetUtcNow();
        Queue<RecordingEntry> oldest = new(catalog.Entries.Where(entry => !entry.IsRunning).OrderBy(entry => entry.EndedAt ?? entry.StartedAt));
        while (settings.MaximumAge > TimeSpan.Zero
            && oldest.TryPeek(out RecordingEntry? entry) && now - (entry.EndedAt ?? entry.StartedAt) > settings.MaximumAge)
        {
            catalog.Delete(oldest.Dequeue(), "it is older than Recording:MaximumAge");
        }

        long bytes = catalog.Entries.Sum(entry => entry.Bytes);
        while (settings.MaximumBytes > 0 && bytes > settings.MaximumBytes && oldest.TryDequeue(out RecordingEntry? entry))
        {
            bytes -= entry.Bytes;
            catalog.Delete(entry, "recordings take more than Recording:MaximumBytes");
        }

        while (settings.MinimumFreeBytes > 0 && FreeBytes() < settings.MinimumFreeBytes && oldest.TryDequeue(out RecordingEntry? entry))
        {
            catalog.Delete(entry, "less is free than Recording:MinimumFreeBytes");
        }
    }

    /// <summary>Finds the files of earlier runs; what was running then is interrupted now. Waits for the disk.</summary>
    public void Load()
    {
        foreach (RecordingEntry unfinished in catalog.Load())
        {
            RecordingEntry interrupted = Measure(unfinished) with { State = RecordingState.Interrupted, Reason = "The gateway ended." };
            catalog.Save(interrupted);
            logger.RecordingInterrupted(interrupted.File, interrupted.Bytes, interrupted.Duration);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (catalog.Root is null)
        {
            return;
        }

        await Task.Factory.StartNew(Guarded(Load), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var timer = new PeriodicTimer(SweepInterval, time);
        do
        {
            await Task.Factory.StartNew(Guarded(Sweep), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Action Guarded(Action action) => () =>
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            logger.RecordingSweepFault(exception.Message);
        }
    };

    private long FreeBytes() => new DriveInfo(catalog.Root!).AvailableFreeSpace; // only with a root

    private RecordingEntry Measure(RecordingEntry entry)
    {
        string path = catalog.PathOf(entry);
        var info = new FileInfo(path);
        RecordingEntry measured = entry with { Bytes = info.Length, EndedAt = new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero) };
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            MediaFile index = MediaFileFormat.Open(new FileByteSource(handle));
            return measured with { Duration = index.Duration.TotalSeconds, Frames = index.Count };
        }
        catch (MediaFileException)
        {
            return measured; // not even one frame was written
        }
    }
}
