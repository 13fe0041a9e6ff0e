using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// H.264 over RTP: packets of one timestamp become one access unit, closed by the marker bit or by the next timestamp. Only complete
/// access units that a decoder can use leave; after a loss everything up to the next IDR picture is dropped and one is asked for.
/// </summary>
internal sealed class H264Receiver : IPayloadReceiver
{
    private readonly TrackStatistics _statistics;
    private readonly FrameQueue _frames;
    private readonly KeyframeRequester _keyframes;
    private readonly int _track;
    private readonly ParameterSetStore _parameterSets = new();
    private readonly AccessUnitBuilder _unit;
    private bool _isOpen;
    private bool _isBroken;
    private bool _hasSlices;
    private bool _beganKeyframe;
    private bool _startIsUncertain = true;
    private bool _mayStartAtSlice;
    private bool _needsKeyframe = true;
    private bool _ignoresMarkers;
    private bool _hasClosedByMarker;
    private long _timestamp;
    private long _timestampClosedByMarker;
    private TimeSpan _lastReceivedAt;

    /// <summary>Makes a receiver that knows <paramref name="parameterSets"/> out of band.</summary>
    public H264Receiver(
        TrackStatistics statistics,
        FrameQueue frames,
        KeyframeRequester keyframes,
        int track,
        BufferPool pool,
        int maximumAccessUnitBytes,
        IEnumerable<ReadOnlyMemory<byte>> parameterSets)
    {
        (_statistics, _frames, _keyframes, _track) = (statistics, frames, keyframes, track);
        _unit = new AccessUnitBuilder(pool, _parameterSets, maximumAccessUnitBytes);
        foreach (ReadOnlyMemory<byte> parameterSet in parameterSets)
        {
            _parameterSets.TryStore(parameterSet.Span);
        }

        _mayStartAtSlice = _parameterSets.Version > 0;
    }

    /// <inheritdoc/>
    public void Receive(in ReceivedPacket packet)
    {
        // Padding fills sequence numbers and says nothing (bandwidth probes, RFC 3550 5.1).
        if (packet.PayloadLength == 0)
        {
            packet.Buffer.Dispose();
            return;
        }

        if (_isOpen && packet.Timestamp != _timestamp)
        {
            Close();
        }

        if (!_isOpen)
        {
            Open(packet);
        }

        _startIsUncertain = false;
        _mayStartAtSlice = false;

        _lastReceivedAt = packet.ReceivedAt > _lastReceivedAt ? packet.ReceivedAt : _lastReceivedAt;
        Add(packet);
        if (packet.Marker && !_ignoresMarkers)
        {
            Close();
            (_hasClosedByMarker, _timestampClosedByMarker) = (true, _timestamp);
        }
    }

    /// <inheritdoc/>
    public void SkipGap(TimeSpan now)
    {
        _startIsUncertain = true;
        _isBroken = _isOpen;
        LoseReference(now);
    }

    /// <inheritdoc/>
    public bool CanRestartAt(ReadOnlySpan<byte> payload) =>
        _needsKeyframe && !IsCollectingKeyframe
        && H264Depacketizer.FirstTypeOf(payload) == NalUnitType.SequenceParameterSet && CanStartAt(payload);

    /// <inheritdoc/>
    public bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels)
    {
        ReadOnlySpan<byte> first = H264Depacketizer.FirstNalUnitOf(payload);
        pixels = SequenceParameterSet.TryParse(first, out SequenceParameterSet? set) ? (long)set!.Width * set.Height : 0; // not null: it was read
        return pixels > 0 || H264Depacketizer.IsFirstSliceOfIdr(payload);
    }

    /// <inheritdoc/>
    public void Dispose() => _unit.Dispose();

    /// <summary>
    /// Whether a keyframe that is needed has begun and may still become complete: it is not left for the next one, which would lose
    /// packets as well.
    /// </summary>
    private bool IsCollectingKeyframe => _isOpen && !_isBroken && _needsKeyframe && _beganKeyframe;

    private void Open(in ReceivedPacket packet)
    {
        _isOpen = true;
        _isBroken = _startIsUncertain && !CanStartAt(packet.Payload);
        _hasSlices = false;
        _timestamp = packet.Timestamp;
        _lastReceivedAt = packet.ReceivedAt;
        _beganKeyframe = !_isBroken && (H264Depacketizer.FirstTypeOf(packet.Payload) == NalUnitType.SequenceParameterSet
            || H264Depacketizer.IsFirstSliceOfIdr(packet.Payload));
        if (IsCollectingKeyframe)
        {
            _keyframes.OnKeyframeBegun(packet.ReceivedAt);
        }
    }

    private void Add(in ReceivedPacket packet)
    {
        if (_isBroken)
        {
            _hasSlices = true;
            packet.Buffer.Dispose();
            return;
        }

        bool held = _unit.TryHold(packet.Buffer);
        if (!held || !H264Depacketizer.TryAdd(packet.Payload, packet.PayloadOffset, _unit))
        {
            _statistics.MalformedPackets++;
            _isBroken = true;
            _hasSlices = true;
            _unit.Clear();
        }
    }

    private void Close()
    {
        _isOpen = false;
        _hasSlices |= _unit.Slices > 0;
        if (!_hasSlices && !_unit.IsInsideNalUnit)
        {
            _unit.Clear();
            return;
        }

        if (ContinuesClosedUnit())
        {
            // The sender marks every packet or every slice: from now on only the next timestamp closes an access unit.
            _ignoresMarkers = true;
            _isBroken = true;
        }

        if (_isBroken || _unit.IsInsideNalUnit)
        {
            Drop();
            return;
        }

        H264Format? format = _parameterSets.FormatFor(_unit.PictureParameterSetId);
        if (format is null || (_needsKeyframe && !_unit.IsKeyframe))
        {
            Drop();
            return;
        }

        Deliver(format);
    }

    private void Deliver(H264Format format)
    {
        bool isKeyframe = _unit.IsKeyframe;
        PooledBuffer block = _unit.Build(out int length);
        MediaTime time = _frames.Stamp(_track, _timestamp);
        _frames.Add(new MediaFrame(format, time, time, isKeyframe, block, 0, length, _lastReceivedAt), _statistics);
        if (isKeyframe)
        {
            _needsKeyframe = false;
            _keyframes.OnKeyframe();
        }
    }

    private void LoseReference(TimeSpan now)
    {
        _needsKeyframe = true;
        _keyframes.RequestForLoss(now);
    }

    private void Drop()
    {
        _statistics.DroppedFrames++;
        _unit.Clear();
        LoseReference(_lastReceivedAt);
    }

    private bool ContinuesClosedUnit() =>
        _hasClosedByMarker && !_ignoresMarkers && _timestamp == _timestampClosedByMarker && _unit.Slices > 0;

    /// <summary>
    /// Whether an access unit begins with this payload for certain (H.264 7.4.1.2.3), with its parameter sets. Where there are several
    /// sequence parameter sets, one of them may have been among the missing.
    /// </summary>
    private bool CanStartAt(ReadOnlySpan<byte> payload) => H264Depacketizer.FirstTypeOf(payload) switch
    {
        NalUnitType.AccessUnitDelimiter => true,
        NalUnitType.SequenceParameterSet => _parameterSets.SequenceSetCount <= 1,
        _ => _mayStartAtSlice && H264Depacketizer.IsFirstSliceOfIdr(payload),
    };
}
