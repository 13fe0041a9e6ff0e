namespace MediaGateway.WebRtc.Rtp;

/// <summary>One encoding of a simulcast track, as it comes.</summary>
/// <param name="source">Its SSRC.</param>
/// <param name="rid">Its restriction identifier; null when only its SSRC was announced.</param>
internal sealed class SimulcastLayer(ReceiveSource source, string? rid)
{
    /// <summary>A layer that sends nothing for so long has stopped: half a second, fifteen pictures.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Its SSRC and counters.</summary>
    public ReceiveSource Source { get; } = source;

    /// <summary>Its restriction identifier.</summary>
    public string? Rid { get; } = rid;

    /// <summary>Pixels of its pictures; 0 until a keyframe has told.</summary>
    public long Pixels { get; private set; }

    /// <summary>Since when it has been sent without a pause.</summary>
    public TimeSpan ActiveSince { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Whether it is being sent.</summary>
    public bool IsActive(TimeSpan now) => Source.HasPackets && now - Source.LastPacketAt < QuietTime;

    /// <summary>Notes a packet, before <see cref="Source"/> takes it.</summary>
    public void Note(TimeSpan now)
    {
        if (!IsActive(now))
        {
            ActiveSince = now;
        }
    }

    /// <summary>Notes the size of its pictures; 0 is not known.</summary>
    public void NoteSize(long pixels) => Pixels = pixels > 0 ? pixels : Pixels;
}
