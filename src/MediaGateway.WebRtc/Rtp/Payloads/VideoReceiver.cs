using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// Pictures over RTP: packets of one timestamp become one picture, closed by the marker bit or by the next timestamp. Only complete
/// pictures that a decoder can use leave; after a loss everything up to the next keyframe is dropped and one is asked for. What a codec
/// has of its own is in the classes derived from it.
/// </summary>
internal abstract class VideoReceiver(TrackStatistics statistics, FrameQueue frames, KeyframeRequester keyframes, int track) : IPayloadReceiver
{
    private bool _isOpen;
    private bool _beganKeyframe;
    private bool _startIsUncertain = true;
    private TimeSpan _lastReceivedAt;

    /// <summary>Whether nothing may leave before a keyframe.</summary>
    protected bool NeedsKeyframe { get; private set; } = true;

    /// <summary>Whether the open picture lacks something, or could not be read.</summary>
    protected bool IsBroken { get; private set; }

    /// <summary>The timestamp of the open picture, or of the last.</summary>
    protected long Timestamp { get; private set; }

    /// <summary>
    /// Whether a keyframe that is needed has begun and may still become complete: it is not left for the next one, which would lose
    /// packets as well.
    /// </summary>
    protected bool IsCollectingKeyframe => _isOpen && !IsBroken && NeedsKeyframe && _beganKeyframe;

    /// <inheritdoc/>
    public void Receive(in ReceivedPacket packet)
    {
        // Padding fills sequence numbers and says nothing (bandwidth probes, RFC 3550 5.1).
        if (packet.PayloadLength == 0)
        {
            packet.Buffer.Dispose();
            return;
        }

        if (_isOpen && packet.Timestamp != Timestamp)
        {
            Close();
        }

        if (!_isOpen)
        {
            Open(packet);
        }

        _startIsUncertain = false;
        _lastReceivedAt = packet.ReceivedAt > _lastReceivedAt ? packet.ReceivedAt : _lastReceivedAt;
        Add(packet);
        if (packet.Marker && MarkerCloses)
        {
            Close();
            ClosedByMarker();
        }
    }

    /// <inheritdoc/>
    public void SkipGap(TimeSpan now)
    {
        _startIsUncertain = true;
        IsBroken = _isOpen;
        LoseReference(now);
    }

    /// <inheritdoc/>
    public abstract bool CanRestartAt(ReadOnlySpan<byte> payload);

    /// <inheritdoc/>
    public abstract bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Whether the marker bit says that a picture is complete.</summary>
    protected virtual bool MarkerCloses => true;

    /// <summary>Looks at the first packet of a picture. <paramref name="isUncertain"/>: packets before it were lost.</summary>
    /// <returns>Whether the picture can be complete, and whether it has begun as a keyframe.</returns>
    protected abstract (bool IsUsable, bool BeganKeyframe) Begin(ReadOnlySpan<byte> payload, bool isUncertain);

    /// <summary>Takes the packet's pieces, and its buffer in any case. False: the picture cannot be read; it was forgotten.</summary>
    protected abstract bool TryAdd(in ReceivedPacket packet);

    /// <summary>A packet of a picture that is broken has come.</summary>
    protected virtual void Passed()
    {
    }

    /// <summary>The last packet of the picture has come: the implementation calls <see cref="Deliver"/>, <see cref="Drop"/> or neither.</summary>
    protected abstract void Complete();

    /// <summary>The marker bit has closed the picture.</summary>
    protected virtual void ClosedByMarker()
    {
    }

    /// <summary>Forgets the pieces of the picture.</summary>
    protected abstract void Clear();

    /// <summary>Hands on a complete picture; takes over <paramref name="block"/>.</summary>
    protected void Deliver(TrackFormat format, bool isKeyframe, PooledBuffer block, int length)
    {
        MediaTime time = frames.Stamp(track, Timestamp);
        frames.Add(new MediaFrame(format, time, time, isKeyframe, block, 0, length, _lastReceivedAt), statistics);
        if (isKeyframe)
        {
            NeedsKeyframe = false;
            keyframes.OnKeyframe();
        }
    }

    /// <summary>Gives the picture up: those after it cannot be decoded without a keyframe.</summary>
    protected void Drop()
    {
        statistics.DroppedFrames++;
        Clear();
        LoseReference(_lastReceivedAt);
    }

    /// <summary>The open picture cannot be used.</summary>
    protected void Break() => IsBroken = true;

    private void Open(in ReceivedPacket packet)
    {
        _isOpen = true;
        (bool isUsable, _beganKeyframe) = Begin(packet.Payload, _startIsUncertain);
        IsBroken = !isUsable;
        Timestamp = packet.Timestamp;
        _lastReceivedAt = packet.ReceivedAt;
        if (IsCollectingKeyframe)
        {
            keyframes.OnKeyframeBegun(packet.ReceivedAt);
        }
    }

    private void Add(in ReceivedPacket packet)
    {
        if (IsBroken)
        {
            Passed();
            packet.Buffer.Dispose();
        }
        else if (!TryAdd(packet))
        {
            statistics.MalformedPackets++;
            IsBroken = true;
            Passed();
            Clear();
        }
    }

    private void Close()
    {
        _isOpen = false;
        Complete();
    }

    private void LoseReference(TimeSpan now)
    {
        NeedsKeyframe = true;
        keyframes.RequestForLoss(now);
    }
}
