using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>H.264 over RTP: a picture is an access unit, a keyframe an IDR picture whose parameter sets are known.</summary>
internal sealed class H264Receiver : VideoReceiver
{
    private readonly ParameterSetStore _parameterSets = new();
    private readonly AccessUnitBuilder _unit;
    private bool _hasSlices;
    private bool _mayStartAtSlice;
    private bool _ignoresMarkers;
    private bool _hasClosedByMarker;
    private long _timestampClosedByMarker;

    /// <summary>Makes a receiver that knows <paramref name="parameterSets"/> out of band.</summary>
    public H264Receiver(
        TrackStatistics statistics,
        FrameQueue frames,
        KeyframeRequester keyframes,
        int track,
        BufferPool pool,
        int maximumAccessUnitBytes,
        IEnumerable<ReadOnlyMemory<byte>> parameterSets)
        : base(statistics, frames, keyframes, track)
    {
        _unit = new AccessUnitBuilder(pool, _parameterSets, maximumAccessUnitBytes);
        foreach (ReadOnlyMemory<byte> parameterSet in parameterSets)
        {
            _parameterSets.TryStore(parameterSet.Span);
        }

        _mayStartAtSlice = _parameterSets.Version > 0;
    }

    /// <inheritdoc/>
    public override bool CanRestartAt(ReadOnlySpan<byte> payload) =>
        NeedsKeyframe && !IsCollectingKeyframe
        && H264Depacketizer.FirstTypeOf(payload) == NalUnitType.SequenceParameterSet && CanStartAt(payload);

    /// <inheritdoc/>
    public override bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels)
    {
        ReadOnlySpan<byte> first = H264Depacketizer.FirstNalUnitOf(payload);
        pixels = SequenceParameterSet.TryParse(first, out SequenceParameterSet? set) ? (long)set!.Width * set.Height : 0; // not null: it was read
        return pixels > 0 || H264Depacketizer.IsFirstSliceOfIdr(payload);
    }

    /// <inheritdoc/>
    public override void Dispose() => _unit.Dispose();

    /// <inheritdoc/>
    protected override bool MarkerCloses => !_ignoresMarkers;

    /// <inheritdoc/>
    protected override (bool IsUsable, bool BeganKeyframe) Begin(ReadOnlySpan<byte> payload, bool isUncertain)
    {
        bool isUsable = !isUncertain || CanStartAt(payload);
        (_hasSlices, _mayStartAtSlice) = (false, false);
        return (isUsable, H264Depacketizer.FirstTypeOf(payload) == NalUnitType.SequenceParameterSet || H264Depacketizer.IsFirstSliceOfIdr(payload));
    }

    /// <inheritdoc/>
    protected override bool TryAdd(in ReceivedPacket packet) =>
        _unit.TryHold(packet.Buffer) && H264Depacketizer.TryAdd(packet.Payload, packet.PayloadOffset, _unit);

    /// <inheritdoc/>
    protected override void Passed() => _hasSlices = true;

    /// <inheritdoc/>
    protected override void Complete()
    {
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
            Break();
        }

        H264Format? format = IsBroken || _unit.IsInsideNalUnit ? null : _parameterSets.FormatFor(_unit.PictureParameterSetId);
        if (format is null || (NeedsKeyframe && !_unit.IsKeyframe))
        {
            Drop();
            return;
        }

        bool isKeyframe = _unit.IsKeyframe;
        PooledBuffer block = _unit.Build(out int length);
        Deliver(format, isKeyframe, block, length);
    }

    /// <inheritdoc/>
    protected override void ClosedByMarker() => (_hasClosedByMarker, _timestampClosedByMarker) = (true, Timestamp);

    /// <inheritdoc/>
    protected override void Clear() => _unit.Clear();

    private bool ContinuesClosedUnit() =>
        _hasClosedByMarker && !_ignoresMarkers && Timestamp == _timestampClosedByMarker && _unit.Slices > 0;

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
