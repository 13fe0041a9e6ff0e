using System.Globalization;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>One file of a recording while it is written. One owner, a writer's thread.</summary>
internal sealed class RecordingPart
{
    private readonly RecordingServices _services;
    private readonly IRecordingWriter _writer;
    private readonly IDisposable _held;
    private RecordingEntry _entry;

    private RecordingPart(RecordingServices services, IRecordingWriter writer, RecordingEntry entry) =>
        (_services, _writer, _entry, _held) = (services, writer, entry, services.Metrics.Resources.Hold(ResourceKind.File));

    /// <summary>What is known of it by now.</summary>
    public RecordingEntry Entry => _entry = _entry with
    {
        Bytes = _writer.File.Length,
        Duration = _writer.Duration.TotalSeconds,
        Frames = _writer.Frames,
    };

    /// <summary>From the first frame to the last.</summary>
    public TimeSpan Duration => _writer.Duration;

    /// <summary>Makes the file and the entry beside it; neither is left when the disk refuses one of them.</summary>
    /// <param name="recording">Whose part it is.</param>
    /// <param name="number">Which part, from 1 on.</param>
    /// <param name="formats">The tracks.</param>
    /// <param name="services">The rest of the gateway.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The gateway may not write there.</exception>
    public static RecordingPart Open(StreamRecording recording, int number, StreamFormats formats, RecordingServices services)
    {
        DateTimeOffset now = services.Time.GetUtcNow();
        string name = RecordingName.Make(
            services.Options.NameTemplate, recording.Key, recording.Id, recording.Session?.Id ?? "", now);
        bool isMp4 = services.Options.Format == "mp4" && Mp4RecordingWriter.CanCarry(formats.Video, formats.Audio);
        var file = RecordingFile.Create(services.Catalog.Root!, name, isMp4 ? ".mp4" : ".flv"); // nothing is recorded without a root
        try
        {
            IRecordingWriter writer = isMp4
                ? new Mp4RecordingWriter(file, formats.Video, formats.Audio, services.Buffers)
                : new FlvRecordingWriter(file, formats);
            var entry = new RecordingEntry
            {
                Id = number == 1 ? recording.Id : string.Create(CultureInfo.InvariantCulture, $"{recording.Id}-{number}"),
                Stream = recording.Key.ToString(),
                SessionId = recording.Session?.Id,
                AppKey = recording.Session?.Connection.AppKey,
                File = file.RelativePath,
                State = RecordingState.Recording,
                StartedAt = now,
            };
            services.Catalog.Create(entry);
            return new RecordingPart(services, writer, entry);
        }
        catch
        {
            file.Dispose();
            File.Delete(file.FullPath);
            throw;
        }
    }

    /// <summary>Whether the file can go on with these tracks.</summary>
    public bool Fits(StreamFormats formats) => _writer.Fits(formats.Video, formats.Audio);

    /// <summary>Takes a frame, whose reference stays the caller's.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Write(MediaFrame frame) => _writer.Write(frame);

    /// <summary>Gives the operating system what waits in memory.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Flush() => _writer.Flush();

    /// <summary>Completes the file as far as the disk lets it, and says what has become of it.</summary>
    public RecordingEntry Close(RecordingState state, string? reason, long dropped)
    {
        try
        {
            if (state == RecordingState.Finished)
            {
                _writer.Complete();
                _writer.File.Sync();
            }
            else
            {
                _writer.Salvage();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            (state, reason) = (RecordingState.Failed, reason ?? exception.Message);
            TrySalvage();
        }

        RecordingEntry last = Entry with { State = state, Reason = reason, EndedAt = _services.Time.GetUtcNow(), DroppedFrames = dropped };
        _writer.Dispose();
        _held.Dispose();
        return last;
    }

    private void TrySalvage()
    {
        try
        {
            _writer.Salvage();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is whole stays readable; players stop at what is torn.
        }
    }
}
