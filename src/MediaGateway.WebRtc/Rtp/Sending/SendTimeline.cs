using MediaGateway.Media.Frames;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// Maps the stream's timeline to what a viewer sees: RTP timestamps, and the clock of the sender reports. Timestamps are computed from the
/// stamp itself, so nothing adds up. Both tracks have the same relation to the reports' clock: gateway time less the least delay from
/// stamp to arrival, so the browser plays them exactly as the stream has them.
/// <para>
/// A viewer who joins in the middle of a group of pictures gets the pictures since its keyframe at once; their stamps are squeezed to a
/// 32nd before the moment of joining, so that they are decoded as fast as they come and the first live picture is due when it comes.
/// </para>
/// </summary>
internal sealed class SendTimeline
{
    /// <summary>How much closer the cached pictures are: from 33 ms apart to about one.</summary>
    public const int Squeeze = 32;

    private readonly ArrivalClock _delay = new();
    private TimeSpan _joinedAt;
    private TimeSpan _edge;

    /// <summary>Whether a frame has come, so that there is a timeline.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Takes the times of a frame; the first one is the moment of joining.</summary>
    public void Observe(MediaFrame frame, TimeSpan now)
    {
        TimeSpan delay = frame.ReceivedAt - frame.Presentation.ToTimeSpan();
        _delay.Observe(delay.Ticks, now);
        if (!HasBegun)
        {
            Rejoin(frame, now);
        }
    }

    /// <summary>The viewer joins at this frame: what was received before is squeezed.</summary>
    public void Rejoin(MediaFrame frame, TimeSpan now)
    {
        HasBegun = true;
        _joinedAt = now;
        _edge = now - (frame.ReceivedAt - frame.Presentation.ToTimeSpan());
    }

    /// <summary>Whether the frame was received before the viewer joined.</summary>
    public bool IsCached(MediaFrame frame) => frame.ReceivedAt < _joinedAt;

    /// <summary>The frame's time in ticks of the RTP clock since the stream's epoch.</summary>
    public long TicksOf(MediaFrame frame, int clockRate)
    {
        long ticks = frame.Presentation.Rescale(clockRate).Value;
        if (!IsCached(frame))
        {
            return ticks;
        }

        long edge = TicksOf(_edge, clockRate);
        return edge - ((edge - ticks) / Squeeze);
    }

    /// <summary>The stream's time at gateway time <paramref name="now"/>, in ticks of the RTP clock. Only after <see cref="HasBegun"/>.</summary>
    public long TicksAt(TimeSpan now, int clockRate) => TicksOf(now - TimeSpan.FromTicks(_delay.Value), clockRate);

    private static long TicksOf(TimeSpan time, int clockRate) =>
        new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(clockRate).Value;
}
