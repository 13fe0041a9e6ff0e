using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using Microsoft.Extensions.Options;

namespace MediaGateway.Streams.Ladders;

/// <summary>
/// How much may be converted at the same time, in pixels per second. A level costs those that it has; what is decoded for it costs a
/// quarter of its pixels, once per stream. Pictures with B-frames that are converted for WebRTC viewers count as well, but are not
/// refused for it. Without a setting the bound follows what the machine is measured to take: where everything
/// else leaves less of it, fewer levels are begun. Any thread.
/// </summary>
internal sealed class ConversionBudget(IOptions<LadderOptions> options)
{
    /// <summary>The share of a pixel that decoding costs of what encoding does.</summary>
    public const double DecodingShare = 0.25;

    /// <summary>Pixels per second that a core is taken for, as long as nothing was measured.</summary>
    public const double AssumedSpeed = 100_000_000;

    /// <summary>The share of all cores, and of the one thread of a stream, that may be planned with.</summary>
    public const double PlannedShare = 0.75;

    /// <summary>Pictures per second that a stream is taken to have while it is too young to tell.</summary>
    public const double AssumedPictureRate = 30;

    /// <summary>The share of the newest second of work in the measured speed.</summary>
    private const double Smoothing = 0.1;

    private static readonly TimeSpan ShortestMeasurement = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private double _planned;
    private double _speed = AssumedSpeed;

    /// <summary>Pixels per second that one thread converts, as measured.</summary>
    public double Speed
    {
        get
        {
            lock (_lock)
            {
                return _speed;
            }
        }
    }

    /// <summary>Pixels per second that are planned now.</summary>
    public double Planned
    {
        get
        {
            lock (_lock)
            {
                return _planned;
            }
        }
    }

    /// <summary>Whether so much more would fit now.</summary>
    /// <param name="pixels">Pixels per second.</param>
    /// <param name="onSameThread">What the stream's thread does already.</param>
    public bool HasRoomFor(double pixels, double onSameThread)
    {
        lock (_lock)
        {
            return Refuse(pixels, onSameThread) is null;
        }
    }

    /// <summary>Plans so much more; it is given back with <see cref="Release"/>.</summary>
    /// <param name="pixels">Pixels per second.</param>
    /// <param name="onSameThread">What the stream's thread does already.</param>
    /// <param name="refusal">Why not, in words for viewers.</param>
    public bool TryReserve(double pixels, double onSameThread, [NotNullWhen(false)] out string? refusal)
    {
        lock (_lock)
        {
            refusal = Refuse(pixels, onSameThread);
            _planned += refusal is null ? pixels : 0;
            return refusal is null;
        }
    }

    /// <summary>
    /// Plans so much more whatever there is room for: pictures that somebody cannot be shown otherwise, whose number is bounded elsewhere. It
    /// leaves less room for levels, and is given back with <see cref="Release"/>.
    /// </summary>
    public void Reserve(double pixels)
    {
        lock (_lock)
        {
            _planned += pixels;
        }
    }

    /// <summary>Pictures per second of a stream, as far as is known.</summary>
    public static double RateOf(StreamSnapshot seen) => seen.Age < ShortestMeasurement || seen.VideoFrames == 0
        ? AssumedPictureRate
        : Math.Clamp(seen.VideoFrames / seen.Age.TotalSeconds, 1, LadderLevelOptions.MostFrames);

    /// <summary>What a stream's pictures cost that are converted at their own size, once.</summary>
    public static double CostOf(StreamSnapshot seen) =>
        seen.Video is H264Format video ? video.Width * (double)video.Height * RateOf(seen) * (1 + DecodingShare) : 0;

    /// <summary>Gives back what was planned.</summary>
    public void Release(double pixels)
    {
        lock (_lock)
        {
            _planned = Math.Max(0, _planned - pixels);
        }
    }

    /// <summary>Takes a measurement: what a thread has converted, and how long it took, waiting for a core included.</summary>
    public void Note(double pixels, TimeSpan busy)
    {
        if (pixels <= 0 || busy <= TimeSpan.Zero)
        {
            return;
        }

        lock (_lock)
        {
            _speed += ((pixels / busy.TotalSeconds) - _speed) * Smoothing * Math.Min(1, busy.TotalSeconds);
        }
    }

    private string? Refuse(double pixels, double onSameThread)
    {
        double limit = options.Value.MaximumConvertedPixelsPerSecond;
        if (limit > 0)
        {
            return _planned + pixels > limit
                ? "The gateway already converts as many pictures as it is set to (Ladder:MaximumConvertedPixelsPerSecond)."
                : null;
        }

        return onSameThread + pixels > PlannedShare * _speed ? "This level takes more than one core of the gateway can convert in time."
            : _planned + pixels > PlannedShare * _speed * Environment.ProcessorCount ? "The gateway already converts as many pictures as its cores take."
            : null;
    }
}
