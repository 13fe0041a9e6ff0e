using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;

namespace MediaGateway.Streams.Ladders;

/// <summary>One level that is made: an unlisted stream, and what is known of its viewers. Any thread where nothing else is said.</summary>
internal sealed class ConvertedLevel : IPublisherControl
{
    /// <summary>Whoever asked for it attaches only when they have it: until then it is not without viewers, however short the linger.</summary>
    private static readonly TimeSpan FirstViewerTime = TimeSpan.FromSeconds(1);

    private readonly StreamConversion _conversion;
    private long _wantedUntil;

    /// <summary>Begins the stream of a level.</summary>
    /// <param name="conversion">What feeds it.</param>
    /// <param name="plan">Name, size and rate.</param>
    /// <param name="cost">What it takes of the budget, in pixels per second.</param>
    /// <param name="lease">Makes the stream.</param>
    public ConvertedLevel(StreamConversion conversion, VideoLevel plan, double cost, Func<IPublisherControl, PublishLease> lease)
    {
        (_conversion, Plan, Cost) = (conversion, plan, cost);
        Lease = lease(this);
    }

    /// <summary>Name, size and rate.</summary>
    public VideoLevel Plan { get; }

    /// <summary>What it takes of the budget, in pixels per second.</summary>
    public double Cost { get; }

    /// <summary>What feeds its stream.</summary>
    public PublishLease Lease { get; }

    /// <inheritdoc/>
    public string Protocol => "ladder";

    /// <inheritdoc/>
    public bool AnswersKeyframeRequests => _conversion.CanAskForKeyframes;

    /// <summary>Pixels per second of a level of pictures of a size.</summary>
    public static double CostOf(H264Format source, LadderLevelOptions level, double pictureRate)
    {
        double rate = level.FramesPerSecond > 0 ? Math.Min(pictureRate, level.FramesPerSecond) : pictureRate;
        return WidthOf(source, level.Height) * (double)level.Height * rate;
    }

    /// <summary>Pixels of a row at a height, in the source's aspect; even.</summary>
    public static int WidthOf(H264Format source, int height) =>
        source.Height == 0 ? 0 : (int)Math.Round((double)source.Width * height / source.Height / 2) * 2;

    /// <summary>Somebody has asked for it.</summary>
    public void Want(TimeSpan now, TimeSpan linger) =>
        Volatile.Write(ref _wantedUntil, (now + (linger > FirstViewerTime ? linger : FirstViewerTime)).Ticks);

    /// <summary>Whether anybody watches, has lately, or is about to. Only the conversion's worker calls it.</summary>
    public bool IsWanted(TimeSpan now, TimeSpan linger)
    {
        if (Lease.Stream.Outlets > 0)
        {
            long until = (now + linger).Ticks;
            if (until > Volatile.Read(ref _wantedUntil))
            {
                Volatile.Write(ref _wantedUntil, until);
            }

            return true;
        }

        return now.Ticks <= Volatile.Read(ref _wantedUntil);
    }

    /// <inheritdoc/>
    public void RequestKeyframe() => _conversion.AskForKeyframe();

    /// <inheritdoc/>
    public void End(SessionEndReason reason, string detail) => _conversion.Drop(this);
}
