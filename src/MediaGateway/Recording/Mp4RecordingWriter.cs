using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Recording;

/// <summary>
/// Records as fragmented MP4: a fragment at each keyframe, and whenever it is flushed. What was flushed is whole, whatever comes after. The
/// tracks are those of the beginning: another format needs another file.
/// </summary>
internal sealed class Mp4RecordingWriter : IRecordingWriter
{
    /// <summary>Payload after which a fragment is written, whatever the clock says.</summary>
    private const long LargestFragment = 4 * 1024 * 1024;

    private readonly TrackFormat? _video;
    private readonly TrackFormat? _audio;
    private readonly BufferPool _pool;
    private readonly Mp4FragmentWriter _fragment = new();
    private Mp4Timeline? _pictures;
    private Mp4Timeline? _sound;
    private MediaTime? _epoch;
    private uint _sequenceNumber;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Empty; the writer's from now on.</param>
    /// <param name="video">The pictures' format; null without.</param>
    /// <param name="audio">The sound's format; null without.</param>
    /// <param name="pool">Where fragments are put together.</param>
    public Mp4RecordingWriter(RecordingFile file, TrackFormat? video, TrackFormat? audio, BufferPool pool)
    {
        (File, _video, _audio, _pool) = (file, video, audio, pool);
        File.Append(Mp4Initialization.Build(video, audio));
    }

    /// <inheritdoc/>
    public RecordingFile File { get; }

    /// <inheritdoc/>
    public TimeSpan Duration { get; private set; }

    /// <inheritdoc/>
    public long Frames { get; private set; }

    /// <summary>Whether MP4 can carry what is to be recorded.</summary>
    public static bool CanCarry(TrackFormat? video, TrackFormat? audio) =>
        (video is not null || audio is not null)
        && (video is null || Mp4Track.CanCarry(video))
        && (audio is null || Mp4Track.CanCarry(audio));

    /// <inheritdoc/>
    public bool Fits(TrackFormat? video, TrackFormat? audio) => Equals(_video, video) && Equals(_audio, audio);

    /// <inheritdoc/>
    public void Write(MediaFrame frame)
    {
        if (TimelineOf(frame) is not { } timeline)
        {
            return;
        }

        if (_fragment.IsFull)
        {
            Flush();
        }

        if (timeline.TryAdd(frame.AddReference(), out Mp4Sample complete))
        {
            _fragment.Add(complete);
        }

        Frames++;
        Duration = frame.Decoding.ToTimeSpan() - _epoch!.Value.ToTimeSpan(); // a timeline has made it
        if (frame is { Kind: TrackKind.Video, IsKeyframe: true } || _fragment.PayloadBytes >= LargestFragment)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_fragment.IsEmpty)
        {
            return;
        }

        _sequenceNumber++;
        using PooledBuffer block = _fragment.Write(_sequenceNumber, _pool, BufferOwner.Segment, out int length);
        File.Append(block.Span[..length]);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        foreach (Mp4Timeline? timeline in new[] { _pictures, _sound })
        {
            if (timeline is not null && timeline.TryFlush(out Mp4Sample last))
            {
                _fragment.Add(last);
            }
        }

        Flush();
    }

    /// <inheritdoc/>
    public void Salvage() => File.CutTorn();

    /// <inheritdoc/>
    public void Dispose()
    {
        _pictures?.Clear();
        _sound?.Clear();
        _fragment.Clear();
        File.Dispose();
    }

    private Mp4Timeline? TimelineOf(MediaFrame frame)
    {
        if (frame.Format is FlvTagFormat)
        {
            return null; // a further track
        }

        TrackFormat? format = frame.Kind switch
        {
            TrackKind.Video => _video,
            TrackKind.Audio => _audio,
            _ => null,
        };
        if (format is null || !format.Equals(frame.Format))
        {
            return null;
        }

        _epoch ??= frame.Decoding;
        return frame.Kind == TrackKind.Video
            ? _pictures ??= new Mp4Timeline(Mp4Track.Of(format)!, _epoch.Value) // not null: nor is the format
            : _sound ??= new Mp4Timeline(Mp4Track.Of(format)!, _epoch.Value); // here too
    }
}
