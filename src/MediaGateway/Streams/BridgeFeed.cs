using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>
/// The stream's side of an audio bridge: the packets on their way to it, and how far it has come. The queue holds
/// <see cref="Capacity"/> packets, 40 s of customary Opus: when it is full the oldest packet is dropped and counted, and the transcoder
/// conceals it. Once the cached group is made up for, no more than <see cref="MaximumLag"/> may wait: what is more is left out and counted,
/// and the sound goes on with the newest packets, in time with the pictures. Used under the stream's lock.
/// </summary>
/// <param name="target">The codec that the bridge makes.</param>
/// <param name="output">The format that it will have; null when there is no transcoder to that codec.</param>
/// <param name="startedAt">Gateway time at which the bridge was started.</param>
/// <param name="drops">Where dropped packets are counted for the stream.</param>
internal sealed class BridgeFeed(CodecId target, TrackFormat? output, TimeSpan startedAt, StreamDrops drops)
{
    /// <summary>Packets that may wait.</summary>
    public const int Capacity = 2048;

    /// <summary>
    /// Packets handed to the worker at a time, so that the bridges of one worker take turns: a third of a second, a few milliseconds of
    /// work, is what the others wait while one makes up for the cached group.
    /// </summary>
    public const int BatchSize = 16;

    /// <summary>
    /// How long sound may wait once the cached group is made up for, when it is more than a batch: a worker that is later has too much to
    /// do, and would stay so.
    /// </summary>
    public static readonly TimeSpan MaximumLag = TimeSpan.FromSeconds(3);

    /// <summary>How long joining viewers wait for the bridge before they start without sound.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long those wait whose sound may follow: enough for the sound of a group on a machine that is not busy, and less than anybody
    /// notices.
    /// </summary>
    public static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// How far a browser's sound may lag behind its pictures before it is filled up: longer than packets are late in the ordinary run,
    /// shorter than a player's patience.
    /// </summary>
    public static readonly TimeSpan AllowedLag = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The same for encoders, which send over a connection that loses nothing and interleave sound and pictures as they please: what is
    /// filled too early would cut off sound that is on its way.
    /// </summary>
    public static readonly TimeSpan AllowedEncoderLag = TimeSpan.FromMilliseconds(500);

    /// <summary>The same without pictures to go by: longer than the 400 ms between the packets of an Opus encoder in DTX (RFC 7587 3.1.3).</summary>
    public static readonly TimeSpan AllowedSilence = TimeSpan.FromMilliseconds(500);

    /// <summary>What is kept of the sound that waits when it is more than <see cref="MaximumLag"/>.</summary>
    private static readonly TimeSpan KeptLag = TimeSpan.FromMilliseconds(300);

    // With the times at which they came.
    private readonly FrameRing _packets = new();
    private long _taken;
    private long _catchUpAt;
    private TimeSpan _lastOutput = TimeSpan.MinValue;
    private TimeSpan _lastPacket = TimeSpan.MinValue;
    private TimeSpan _lastPacketAt;
    private TimeSpan _allowedLag = AllowedLag;
    private TimeSpan? _lastPicture;
    private TrackFormat? _format;
    private bool _skips;

    /// <summary>The codec that the bridge makes.</summary>
    public CodecId Target => target;

    /// <summary>Since when nobody has wanted it; null while somebody does.</summary>
    public TimeSpan? IdleSince { get; set; }

    /// <summary>Packets dropped because the worker did not keep up.</summary>
    public long DroppedPackets { get; private set; }

    /// <summary>Packets that the transcoder concealed, as last reported.</summary>
    public long ConcealedPackets { get; private set; }

    /// <summary>
    /// Whether the sound of the cached group has been made, so that viewers can join with it, or it is known that none can be made.
    /// </summary>
    public bool IsCaughtUp { get; private set; }

    /// <summary>Packets that wait for the worker.</summary>
    public int WaitingPackets => _packets.Count;

    /// <summary>From the last packet needed to the newest sound made; null before the first that was not made from the cache.</summary>
    public TimeSpan? Delay { get; private set; }

    /// <summary>Whether the bridge is no longer the stream's.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Whether a joining viewer should still wait, whose sound may follow its pictures or not.</summary>
    public bool IsAwaited(TimeSpan now, bool mayFollow) => !IsCaughtUp && now - startedAt < (mayFollow ? ShortPatience : Patience);

    /// <summary>The format of the derived sound: of the transcoder that is there, or that will be if all goes well; null for none.</summary>
    public TrackFormat? FormatAt(TimeSpan now) => _format ?? (IsAwaited(now, mayFollow: false) ? output : null);

    /// <summary>Queues the cached packets that are in the publisher's codec of now; they are encoded first.</summary>
    public void Prime(FrameRing packets, CodecId source, TimeSpan now)
    {
        for (int index = 0; index < packets.Count; index++)
        {
            if (packets[index].Frame.Format.Codec == source)
            {
                Offer(packets[index].Frame, now);
            }
        }

        _catchUpAt = _packets.Count;
    }

    /// <summary>Queues a packet, with a reference of its own.</summary>
    public void Offer(MediaFrame packet, TimeSpan now)
    {
        if (_packets.Count == Capacity)
        {
            DropFirst();
        }

        _lastPacket = packet.Presentation.ToTimeSpan();
        _lastPacketAt = now;
        _allowedLag = packet.Format is OpusFormat ? AllowedLag : AllowedEncoderLag;
        _packets.Add(packet.AddReference(), now);
        if (IsCaughtUp && _packets.Count > BatchSize && now - _packets[0].Time > MaximumLag)
        {
            Skip(now);
        }
    }

    /// <summary>Notes how far the pictures have come: decoding time, which keeps step with the clock also where pictures are reordered.</summary>
    public void NotePicture(MediaFrame picture) => _lastPicture = picture.Decoding.ToTimeSpan();

    /// <summary>Moves up to <see cref="BatchSize"/> packets into <paramref name="batch"/>; their references go along.</summary>
    public BridgeInput Take(List<MediaFrame> batch, TimeSpan now)
    {
        int count = Math.Min(_packets.Count, BatchSize);
        for (int index = 0; index < count; index++)
        {
            batch.Add(_packets.TakeFirst());
        }

        _taken += count;
        bool skips = _skips;
        _skips = false;
        return new BridgeInput(_taken, _packets.Count > 0, _packets.Count == 0 ? FillTarget(now) : null, skips);
    }

    /// <summary>Whether a frame of derived sound goes on from the last one; a restarted transcoder may overlap what was made before.</summary>
    public bool Continues(TimeSpan time)
    {
        if (time <= _lastOutput)
        {
            return false;
        }

        _lastOutput = time;
        return true;
    }

    /// <summary>Notes how far the worker has come.</summary>
    /// <param name="input">What it was given.</param>
    /// <param name="format">The format of what it makes; null when there is no transcoder for the publisher's format.</param>
    /// <param name="concealedPackets">Packets that its transcoder has concealed.</param>
    /// <param name="delay">Of the newest sound made; null when none was made, or from the cache.</param>
    public void Complete(in BridgeInput input, TrackFormat? format, long concealedPackets, TimeSpan? delay)
    {
        Delay = delay ?? Delay;
        _format = format;
        ConcealedPackets = concealedPackets;
        IsCaughtUp |= input.Taken >= _catchUpAt;
    }

    /// <summary>Ends the feed and releases what waits.</summary>
    public void Stop()
    {
        IsStopped = true;
        _packets.Clear();
    }

    private void Skip(TimeSpan now)
    {
        _skips = true;
        while (_packets.Count > 1 && now - _packets[0].Time > KeptLag)
        {
            DropFirst();
        }
    }

    private void DropFirst()
    {
        _packets.TakeFirst().Release();
        _taken++;
        DroppedPackets++;
        drops.Add(StreamDropReason.BridgeLate, 1);
    }

    private MediaTime? FillTarget(TimeSpan now)
    {
        if (_lastPacket == TimeSpan.MinValue)
        {
            return null;
        }

        // Pictures say how far media time has come; when they stall too, there is nothing to keep up with. Without pictures the clock does.
        TimeSpan target = _lastPicture is { } picture ? picture - _allowedLag : _lastPacket + (now - _lastPacketAt) - AllowedSilence;
        bool silent = now - _lastPacketAt >= _allowedLag && target > _lastPacket;
        return silent ? new MediaTime(target.Ticks, (int)TimeSpan.TicksPerSecond) : null;
    }
}
