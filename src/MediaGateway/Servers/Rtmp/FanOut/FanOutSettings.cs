using MediaGateway.Configuration;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>The bounds of the fan-out to RTMP viewers. Immutable; built from the bound options once.</summary>
internal sealed record FanOutSettings
{
    /// <summary>Worker threads; more than there are cores is taken as one per core.</summary>
    public int Workers { get; init; } = int.MaxValue;

    /// <summary>
    /// How far a viewer may lag behind before it falls off, in media time. Only the current group of pictures is kept for longer, for
    /// those who join.
    /// </summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a group of pictures may be and still be kept from its keyframe on, in media time.</summary>
    public TimeSpan MaxGroup { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes kept per stream and worker for viewers who lag; only the current group of pictures may be larger.</summary>
    public long MaxBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes that a group of pictures may have and still be kept from its keyframe on.</summary>
    public long MaxGroupBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long a viewer may take not one byte although something waits for it.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for a viewer of a file, whose player may pause by not reading.</summary>
    public TimeSpan FileStallTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Unsent bytes that the kernel may hold per viewer: more and no dropping rule could act in time (TCP_NOTSENT_LOWAT).</summary>
    public int NotSentLowWaterBytes { get; init; } = 128 * 1024;

    /// <summary>
    /// The same for a viewer whose level follows its network: what lies there at the moment of a change to a lower level must still be
    /// taken, at the rate that was too low for the old one.
    /// </summary>
    public int FollowedNotSentLowWaterBytes { get; init; } = 16 * 1024;

    /// <summary>How long sound may wait for the next picture, from its arrival on; zero: not at all.</summary>
    public TimeSpan Coalescing { get; init; }

    /// <summary>Viewers of a stream on one worker from which on sound waits.</summary>
    public int CoalescingViewers { get; init; } = 1;

    /// <summary>Whether the kernel sends small pieces at once (TCP_NODELAY).</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>The chunk size of what is sent, in bytes, announced to every client before it can play.</summary>
    public int ChunkSize { get; init; } = 60_000;

    /// <summary>Whether sound waits for the first picture.</summary>
    public VideoFirst VideoFirst { get; init; } = VideoFirst.Off;
}
