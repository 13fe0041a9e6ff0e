using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Servers.WebRtc;

/// <summary>
/// A viewer's place in one stream: the stream's threads put frames in, the media loop takes them out. Bounded: where the loop cannot
/// follow, pictures are left out up to the next keyframe for which there is room; a quarter of the places is kept for sound, which is left
/// out only when it fills them alone.
/// </summary>
/// <param name="wake">Has the loop look at the viewer; any thread, returns at once.</param>
/// <param name="wantsPictures">Whether pictures are of any use to it.</param>
internal sealed class ViewerOutlet(Action wake, bool wantsPictures) : IStreamOutlet
{
    /// <summary>Frames that wait for the loop: the longest cached group of pictures with its sound, at 60 pictures a second, twice.</summary>
    public const int MaximumFrames = 4096;

    /// <summary>Bytes of pictures that wait for the loop: as many as a stream's cache keeps, and as much again.</summary>
    public const long MaximumPictureBytes = 32 * 1024 * 1024;

    private const int MaximumFramesForPictures = MaximumFrames / 4 * 3;
    private const int FirstCapacity = 32;

    private readonly Lock _lock = new();
    private MediaFrame?[] _frames = new MediaFrame?[FirstCapacity];
    private int _first;
    private int _count;
    private long _pictureBytes;
    private long _dropped;
    private bool _awaitsKeyframe;
    private bool _isClosed;
    private StreamEndReason? _endReason;

    /// <summary>Frames that were left out.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Why the stream has ended; null while it has not. Everything it had to give has been put in by then.</summary>
    public StreamEndReason? EndReason
    {
        get
        {
            lock (_lock)
            {
                return _endReason;
            }
        }
    }

    /// <inheritdoc/>
    public void Start(StreamFormats formats)
    {
        // Formats ride on the frames.
    }

    /// <inheritdoc/>
    public void Deliver(MediaFrame frame)
    {
        if (!TryAdd(frame))
        {
            frame.Release();
            return;
        }

        wake();
    }

    /// <inheritdoc/>
    public void Describe(StreamMetadata metadata)
    {
        // WebRTC has no place for it.
    }

    /// <inheritdoc/>
    public void End(StreamEndReason reason)
    {
        lock (_lock)
        {
            _endReason = reason;
        }

        wake();
    }

    /// <summary>The loop's: takes the next frame with its reference.</summary>
    public bool TryTake(out MediaFrame? frame)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                frame = null;
                return false;
            }

            frame = _frames[_first]!; // There are _count of them from there on.
            _frames[_first] = null;
            _first = (_first + 1) % _frames.Length;
            _count--;
            _pictureBytes -= frame.Kind == TrackKind.Video ? frame.Length : 0;
            return true;
        }
    }

    /// <summary>The loop's: gives back what is left; takes no more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        while (TryTake(out MediaFrame? frame))
        {
            frame!.Release(); // Not null: there was one.
        }
    }

    private bool TryAdd(MediaFrame frame)
    {
        lock (_lock)
        {
            if (_isClosed || (frame.Kind == TrackKind.Video && !wantsPictures) || frame.Format is FlvTagFormat { TrackId: > 0 })
            {
                return false;
            }

            if (!HasRoomFor(frame))
            {
                _dropped++;
                return false;
            }

            if (_count == _frames.Length)
            {
                Grow();
            }

            _frames[(_first + _count) % _frames.Length] = frame;
            _count++;
            return true;
        }
    }

    private bool HasRoomFor(MediaFrame frame)
    {
        if (frame.Kind != TrackKind.Video)
        {
            return _count < MaximumFrames;
        }

        bool hasRoom = _count < MaximumFramesForPictures && _pictureBytes + frame.Length <= MaximumPictureBytes;
        _awaitsKeyframe = !hasRoom || (_awaitsKeyframe && !frame.IsKeyframe);
        _pictureBytes += _awaitsKeyframe ? 0 : frame.Length;
        return !_awaitsKeyframe;
    }

    private void Grow()
    {
        var larger = new MediaFrame?[_frames.Length * 2];
        for (int index = 0; index < _count; index++)
        {
            larger[index] = _frames[(_first + index) % _frames.Length];
        }

        (_frames, _first) = (larger, 0);
    }
}
