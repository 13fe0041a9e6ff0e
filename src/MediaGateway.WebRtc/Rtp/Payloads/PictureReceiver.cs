using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>VP8, VP9 or AV1 over RTP, by what the codec's depacketizer says.</summary>
internal sealed class PictureReceiver(
    IVideoDepacketizer payloads,
    TrackStatistics statistics,
    FrameQueue frames,
    KeyframeRequester keyframes,
    int track,
    BufferPool pool,
    int maximumPictureBytes) : VideoReceiver(statistics, frames, keyframes, track)
{
    private readonly PlainVideoFormat _format = new(payloads.Codec);
    private readonly PictureBuilder _picture = new(pool, maximumPictureBytes);
    private bool _isKeyframe;

    /// <inheritdoc/>
    public override bool CanRestartAt(ReadOnlySpan<byte> payload) =>
        NeedsKeyframe && !IsCollectingKeyframe && payloads.StartOf(payload, out _) == PictureStart.Keyframe;

    /// <inheritdoc/>
    public override bool IsKeyframeStart(ReadOnlySpan<byte> payload, out long pixels) =>
        payloads.StartOf(payload, out pixels) == PictureStart.Keyframe;

    /// <inheritdoc/>
    public override void Dispose() => _picture.Dispose();

    /// <inheritdoc/>
    protected override (bool IsUsable, bool BeganKeyframe) Begin(ReadOnlySpan<byte> payload, bool isUncertain)
    {
        PictureStart start = payloads.StartOf(payload, out _);
        _isKeyframe = start == PictureStart.Keyframe;

        // What begins behind a gap may be the middle of a picture, with AV1; nothing but a keyframe is of use there anyway.
        return (start != PictureStart.None && (!isUncertain || _isKeyframe), _isKeyframe);
    }

    /// <inheritdoc/>
    protected override bool TryAdd(in ReceivedPacket packet) =>
        _picture.TryHold(packet.Buffer) && payloads.TryAdd(packet.Payload, packet.PayloadOffset, _picture);

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (IsBroken || _picture.IsInsideUnit || _picture.IsEmpty || (NeedsKeyframe && !_isKeyframe))
        {
            Drop();
            return;
        }

        PooledBuffer block = _picture.Build(out int length);
        Deliver(_format, _isKeyframe, block, length);
    }

    /// <inheritdoc/>
    protected override void Clear() => _picture.Clear();
}
