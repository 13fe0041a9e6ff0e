using System.Buffers;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Recording;

/// <summary>
/// Records as FLV: one file whatever changes, as a new format brings its configuration. The head has room for duration and keyframes, which
/// are filled in at the end by one write in its place; a file without them plays as well.
/// </summary>
internal sealed class FlvRecordingWriter : IRecordingWriter
{
    /// <summary>Bytes that are written together.</summary>
    private const int BatchBytes = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly FlvFileWriter _writer;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Empty; the writer's from now on.</param>
    /// <param name="formats">The tracks known so far.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public FlvRecordingWriter(RecordingFile file, StreamFormats formats)
    {
        File = file;
        _writer = new FlvFileWriter(_buffer, new FlvFileIndex());
        TrackFormat?[] tracks = [formats.Video, formats.Audio, .. formats.Additional ?? []];
        _writer.Begin([.. tracks.OfType<TrackFormat>()], formats.Metadata);
        Flush();
    }

    /// <inheritdoc/>
    public RecordingFile File { get; }

    /// <inheritdoc/>
    public TimeSpan Duration => TimeSpan.FromMilliseconds(_writer.Duration);

    /// <inheritdoc/>
    public long Frames => _writer.Frames;

    /// <inheritdoc/>
    public bool Fits(TrackFormat? video, TrackFormat? audio) => true;

    /// <inheritdoc/>
    public void Write(MediaFrame frame)
    {
        _writer.Write(frame);
        if (_buffer.WrittenCount >= BatchBytes)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_buffer.WrittenCount > 0)
        {
            File.Append(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        Flush();
        var head = new ArrayBufferWriter<byte>(_writer.HeadLength);
        _writer.WriteHead(head);
        File.WriteHead(head.WrittenSpan);
    }

    /// <inheritdoc/>
    public void Salvage() => File.CutTorn();

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}
