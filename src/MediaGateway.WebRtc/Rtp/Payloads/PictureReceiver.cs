using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>
/// VP8, VP9 or AV1 over RTP: packets of one timestamp become one picture, closed by the marker bit or by the next timestamp. Only complete
/// pictures that a decoder can use leave; after a loss everything up to the next keyframe is dropped and one is asked for.
/// </summary>
internal sealed class PictureReceiver : IPayloadReceiver
{
    private readonly IVideoDepacketizer _payloads;
    private readonly TrackStatistics _statistics;
    private readonly FrameQueue _frames;
    private readonly KeyframeRequester _keyframes;
    private readonly int _track;
    private readonly PlainVideoFormat _format;
    private readonly PictureBuilder _picture;
    private bool _isOpen;
    private bool _isBroken;
    private bool _isKeyframe;
    private bool _startIsUncertain = true;
    private bool _needsKeyframe = true;
    private long _timestamp;
    private TimeSpan _lastReceivedAt;

    /// <summary>Makes a receiver for pictures of one codec.</summary>
    public PictureReceiver(
        IVideoDepacketizer payloads,
        TrackStatistics statistics,
        FrameQueue frames,
        KeyframeRequester keyframes,
        int track,
        BufferPool pool,
        int maximumPictureBytes)
    {
        (_payloads, _statistics, _frames, _keyframes, _track) = (payloads, statistics, frames, keyframes, track);
        _format = new PlainVideoFormat(payloads.Codec);
        _picture = new PictureBuilder(pool, maximumPictureBytes);
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
        _lastReceivedAt = packet.ReceivedAt > _lastReceivedAt ? packet.ReceivedAt : _lastReceivedAt;
        Add(packet);
        if (packet.Marker)
        {
            Close();
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
        _needsKeyframe && !IsCollectingKeyframe && _payloads.StartOf(payload, out _) == PictureStart.Keyframe;

    /// <inheritdoc/>
    public bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels) =>
        _payloads.StartOf(payload, out pixels) == PictureStart.Keyframe;

    /// <inheritdoc/>
    public void Dispose() => _picture.Dispose();

    /// <summary>Whether a keyframe that is needed has begun and may still become complete.</summary>
    private bool IsCollectingKeyframe => _isOpen && !_isBroken && _needsKeyframe && _isKeyframe;

    private void Open(in ReceivedPacket packet)
    {
        PictureStart start = _payloads.StartOf(packet.Payload, out _);
        _isOpen = true;
        _isKeyframe = start == PictureStart.Keyframe;

        // What begins behind a gap may be the middle of a picture, with AV1; nothing but a keyframe is of use there anyway.
        _isBroken = start == PictureStart.None || (_startIsUncertain && !_isKeyframe);
        _timestamp = packet.Timestamp;
        _lastReceivedAt = packet.ReceivedAt;
        if (IsCollectingKeyframe)
        {
            _keyframes.OnKeyframeBegun(packet.ReceivedAt);
        }
    }

    private void Add(in ReceivedPacket packet)
    {
        if (_isBroken)
        {
            packet.Buffer.Dispose();
            return;
        }

        bool held = _picture.TryHold(packet.Buffer);
        if (!held || !_payloads.TryAdd(packet.Payload, packet.PayloadOffset, _picture))
        {
            _statistics.MalformedPackets++;
            _isBroken = true;
            _picture.Clear();
        }
    }

    private void Close()
    {
        _isOpen = false;
        if (_isBroken || _picture.IsInsideUnit || _picture.IsEmpty || (_needsKeyframe && !_isKeyframe))
        {
            _statistics.DroppedFrames++;
            _picture.Clear();
            LoseReference(_lastReceivedAt);
            return;
        }

        PooledBuffer block = _picture.Build(out int length);
        MediaTime time = _frames.Stamp(_track, _timestamp);
        _frames.Add(new MediaFrame(_format, time, time, _isKeyframe, block, 0, length, _lastReceivedAt), _statistics);
        if (_isKeyframe)
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
}
