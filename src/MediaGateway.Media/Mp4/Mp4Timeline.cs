using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp3;
using MediaGateway.Media.Opus;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Gives the frames of one track their places in an MP4 file. A sample's duration is known when the next frame comes, so that each frame
/// waits for the one after it. Sound is counted in its own samples while its stamps, which RTMP rounds to milliseconds, stay near. Owns the
/// frame that waits. One owner, one thread.
/// </summary>
/// <param name="track">The track.</param>
/// <param name="epoch">The stream's time that is the file's zero. Frames before it are put there.</param>
public sealed class Mp4Timeline(Mp4Track track, MediaTime epoch)
{
    // How far stamps of sound may be off the count of its samples: over two roundings, less than a frame or two.
    private const int ToleranceDivisor = 33;

    // Without a frame to tell: 25 pictures a second.
    private const int DefaultFrameRate = 25;

    /// <summary>The longest time from one frame to the next over a change of format that the first of them is shown for.</summary>
    public static readonly TimeSpan LongestSeam = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _epoch = epoch.ToTimeSpan();
    private Mp4Sample? _waiting;
    private long _end;
    private int _lastDuration;

    /// <summary>The track.</summary>
    public Mp4Track Track => track;

    /// <summary>Where the frame that waits is decoded; where the last sample ended when none waits.</summary>
    public long Position => _waiting?.Decoding ?? _end;

    /// <summary>Whether a frame waits for the next one.</summary>
    public bool HasWaiting => _waiting is not null;

    /// <summary>Where on the file's timeline a time of the stream is, in ticks of the track; negative before its zero.</summary>
    public long PlaceOf(MediaTime time) => TicksOf(time.ToTimeSpan() - _epoch);

    /// <summary>Takes the next frame with its reference; gives the one before it, now that it is complete.</summary>
    /// <returns>Whether there is one; the caller owns its frame's reference.</returns>
    public bool TryAdd(MediaFrame frame, out Mp4Sample complete)
    {
        ArgumentNullException.ThrowIfNull(frame);
        long stamp = Math.Max(PlaceOf(frame.Decoding), 0);
        long decoding = stamp;
        bool hasComplete = false;
        complete = default;
        if (_waiting is { } waiting)
        {
            long expected = waiting.Decoding + waiting.Duration;
            decoding = IsCounted(stamp, expected) ? expected : Math.Max(stamp, waiting.Decoding + 1);
            int duration = (int)Math.Min(decoding - waiting.Decoding, int.MaxValue);
            complete = waiting with { Duration = duration };
            (_lastDuration, hasComplete) = (duration, true);
        }
        else
        {
            decoding = IsCounted(stamp, _end) ? _end : Math.Max(stamp, _end);
        }

        long offset = TicksOf(frame.Presentation.ToTimeSpan() - frame.Decoding.ToTimeSpan());
        _waiting = new Mp4Sample(frame, decoding, NominalDurationOf(frame), (int)Math.Clamp(offset, int.MinValue, int.MaxValue));
        return hasComplete;
    }

    /// <summary>
    /// Gives the frame that waits. It lasts until the next one, where that is told and comes within <see cref="LongestSeam"/>; otherwise as long
    /// as frames of its kind do. The caller owns its reference.
    /// </summary>
    /// <param name="complete">The sample.</param>
    /// <param name="next">The time of the frame that comes next, on another timeline; null for none.</param>
    public bool TryFlush(out Mp4Sample complete, MediaTime? next = null)
    {
        complete = default;
        if (_waiting is not { } waiting)
        {
            return false;
        }

        long until = next is { } time && IsSeam(time) ? PlaceOf(time) : waiting.Decoding + Math.Max(waiting.Duration, 1);
        complete = waiting with { Duration = (int)(until - waiting.Decoding) };
        (_waiting, _end) = (null, complete.End);
        return true;
    }

    /// <summary>Whether the frame that waits lasts until a frame of that time, although something about the track has changed.</summary>
    public bool IsSeam(MediaTime time) => IsNear(time) && PlaceOf(time) > Position;

    /// <summary>Whether a frame waits, and that time is within <see cref="LongestSeam"/> of it.</summary>
    public bool IsNear(MediaTime time) =>
        _waiting is { } waiting && Math.Abs(PlaceOf(time) - waiting.Decoding) <= LongestSeam.TotalSeconds * track.Timescale;

    /// <summary>Lets the frame that waits go.</summary>
    public void Clear()
    {
        _waiting?.Frame.Release();
        _waiting = null;
    }

    /// <summary>How long a frame of sound lasts by what it says itself, in ticks of its track; 0 for pictures, which do not say.</summary>
    internal static int DurationOf(MediaFrame frame, Mp4Track track) => track.Format switch
    {
        AacFormat aac => AacSamples.Of(aac),
        OpusFormat => OpusPacket.TryParse(frame.Payload, out OpusPacket packet) ? packet.Samples : OpusFormat.ClockRate / 50,
        PlainAudioFormat => Mp3FrameHeader.TryRead(frame.Payload, out Mp3FrameHeader header) ? header.Samples : 1152,
        _ => 0,
    };

    private bool IsCounted(long stamp, long expected) =>
        track.Format.Kind == TrackKind.Audio && Math.Abs(stamp - expected) <= track.Timescale / ToleranceDivisor;

    private long TicksOf(TimeSpan time) => new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(track.Timescale).Value;

    private int NominalDurationOf(MediaFrame frame) =>
        DurationOf(frame, track) is > 0 and var duration ? duration
        : _lastDuration > 0 ? _lastDuration
        : track.Timescale / DefaultFrameRate;
}
