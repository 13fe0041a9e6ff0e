using MediaGateway.Configuration;
using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;

namespace MediaGateway.Recording;

/// <summary>
/// Looks after recorded files: finds those of earlier runs at the start and finishes what a crash has left, and deletes the oldest finished
/// ones by age, by their bytes and by what is free on the disk. Never touches a file without an entry, nor one that is being written.
/// </summary>
internal sealed class RecordingKeeper(
    RecordingCatalog catalog,
    RecordingDisk disk,
    IReadOnlyList<IRecordingListener> listeners,
    RecordingOptions settings,
    TimeProvider time,
    ILogger<RecordingKeeper> logger) : BackgroundService
{
    /// <summary>Why recordings have ended that were running when the gateway did.</summary>
    public const string GatewayEnded = "The gateway ended while it was recorded.";

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    /// <summary>Deletes what is too old or too much. Waits for the disk.</summary>
    public void Sweep()
    {
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

        while (settings.MinimumFreeBytes > 0 && disk.FreeBytes < settings.MinimumFreeBytes && oldest.TryDequeue(out RecordingEntry? entry))
        {
            catalog.Delete(entry, "less is free than Recording:MinimumFreeBytes");
        }
    }

    /// <summary>Finds the files of earlier runs; what was running then is finished now. Waits for the disk.</summary>
    public void Load()
    {
        foreach (RecordingEntry unfinished in catalog.Load())
        {
            RecordingEntry finished = Finish(unfinished);
            catalog.Save(finished);
            logger.RecordingInterrupted(finished.File, finished.Bytes, finished.Duration);
            foreach (IRecordingListener listener in listeners)
            {
                listener.RecordingChanged(finished, catalog.PathOf(finished), null);
            }
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

    private RecordingEntry Finish(RecordingEntry entry)
    {
        var info = new FileInfo(catalog.PathOf(entry));
        RecordingEntry finished = entry with
        {
            State = RecordingState.Finished,
            Reason = GatewayEnded,
            Bytes = info.Length,
            EndedAt = new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero),
        };
        try
        {
            using var file = RecordingFile.Reopen(catalog.Root!, entry.File); // there is an entry, so there is a root
            MediaFile index = Complete(file);
            return finished with { Bytes = file.Length, Duration = index.Duration.TotalSeconds, Frames = index.Count };
        }
        catch (MediaFileException exception)
        {
            // Most likely not even one frame was written.
            return finished with { State = RecordingState.Failed, Reason = $"{GatewayEnded} {exception.Message}" };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return finished with { Reason = $"{GatewayEnded} {exception.Message}" };
        }
    }

    /// <summary>Gives an FLV file what only its end knows; fragments of MP4 are whole as they are.</summary>
    private static MediaFile Complete(RecordingFile file)
    {
        IByteSource source = file.AsSource();
        if (!file.RelativePath.EndsWith(".flv", StringComparison.Ordinal))
        {
            return MediaFileFormat.Open(source);
        }

        if (FlvFileRepair.Of(source, out MediaFile index) is { } repair)
        {
            file.Apply(repair);
        }

        return index;
    }
}
