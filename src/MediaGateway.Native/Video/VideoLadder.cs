using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.Video;

/// <summary>One decoder, and for each level a scaler and an encoder, in turn on one thread.</summary>
internal sealed class VideoLadder : IVideoLadder
{
    /// <summary>The share of the newest interval between two pictures in their average.</summary>
    private const double Smoothing = 1.0 / 16;

    /// <summary>A longer pause between two pictures is a gap, not a picture rate.</summary>
    private const long LongestInterval = H264Encoder.ClockRate;

    private readonly BufferPool _pool;
    private readonly string _preset;
    private readonly SourcePictures _source;
    private LevelEncoder[] _levels = [];
    private double _interval;
    private long? _lastTime;
    private bool _keyframeWanted;
    private bool _owesKeyframe;

    /// <summary>Makes a converter without levels.</summary>
    public VideoLadder(BufferPool pool, string preset)
    {
        (_pool, _preset) = (pool, preset);
        _source = new SourcePictures(Take);
    }

    /// <inheritdoc/>
    public long BrokenPictures => _source.BrokenPictures;

    /// <inheritdoc/>
    public bool NeedsKeyframe => _source.NeedsKeyframe;

    /// <inheritdoc/>
    public double PictureRate => _interval > 0 ? H264Encoder.ClockRate / _interval : new VideoEncodingOptions().PictureRate;

    /// <inheritdoc/>
    public void SetLevels(IReadOnlyList<VideoLevel> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        LevelEncoder[] before = _levels;
        _levels = [.. levels.Select(level => Array.Find(before, kept => kept.Level == level) ?? new LevelEncoder(_pool, level, _preset))];
        foreach (LevelEncoder gone in before.Except(_levels))
        {
            gone.Dispose();
        }

        // A level that joins begins with a keyframe, and keyframes are at the same times in all of them.
        _keyframeWanted |= _levels.Except(before).Any();
    }

    /// <inheritdoc/>
    public void Push(MediaFrame frame, bool isShown) => _source.Push(frame, isShown);

    /// <inheritdoc/>
    public void RequestKeyframe() => _keyframeWanted = true;

    /// <inheritdoc/>
    public bool TryTake(out MediaFrame? frame, out string level)
    {
        foreach (LevelEncoder encoder in _levels)
        {
            if (encoder.TryTake(out frame))
            {
                level = encoder.Level.Name;
                return true;
            }
        }

        (frame, level) = (null, "");
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LevelEncoder level in _levels)
        {
            level.Dispose();
        }

        _source.Dispose();
    }

    private void Take(DecodedPicture picture, bool isShown)
    {
        Measure(picture.Time);
        bool isKeyframe = _source.Arrivals.IsKeyframe(picture.Time);
        if (!isShown)
        {
            // Its place is empty in every level: the next one stands for it.
            _owesKeyframe |= isKeyframe;
            return;
        }

        isKeyframe |= _keyframeWanted | _owesKeyframe;
        (_keyframeWanted, _owesKeyframe) = (false, false);
        foreach (LevelEncoder level in _levels)
        {
            level.Encode(picture, isKeyframe, PictureRate, _source);
        }
    }

    private void Measure(long time)
    {
        long interval = time - (_lastTime ?? time);
        bool isOne = interval is > 0 and <= LongestInterval;
        _interval = !isOne ? _interval : _interval > 0 ? _interval + ((interval - _interval) * Smoothing) : interval;
        _lastTime = time;
    }
}
