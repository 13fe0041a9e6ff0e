using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.WebRtc.Rtp.Payloads;

/// <summary>Makes the receiver for a track's codec.</summary>
/// <param name="Statistics">What is counted.</param>
/// <param name="Frames">Where frames go.</param>
/// <param name="Keyframes">Where keyframes are asked for.</param>
/// <param name="Index">The track's index on the timeline.</param>
/// <param name="Pool">Where the memory of frames comes from.</param>
internal sealed record PayloadReceivers(
    TrackStatistics Statistics, FrameQueue Frames, KeyframeRequester Keyframes, int Index, BufferPool Pool)
{
    /// <summary>The receiver; the track's first payload type tells the codec.</summary>
    public IPayloadReceiver For(ReceiveTrack track, MediaReceiverOptions options)
    {
        ReceivePayloadType first = track.PayloadTypes[0];
        return first.Codec switch
        {
            CodecId.Opus => new OpusReceiver(Statistics, Frames, Index, new OpusFormat(first.Channels)),
            CodecId.Vp8 => Pictures(new Vp8Depacketizer(), options),
            CodecId.Vp9 => Pictures(new Vp9Depacketizer(), options),
            CodecId.Av1 => Pictures(new Av1Depacketizer(), options),
            _ => new H264Receiver(
                Statistics,
                Frames,
                Keyframes,
                Index,
                Pool,
                options.MaximumAccessUnitBytes,
                track.PayloadTypes.SelectMany(type => type.ParameterSets)),
        };
    }

    private PictureReceiver Pictures(IVideoDepacketizer payloads, MediaReceiverOptions options) =>
        new(payloads, Statistics, Frames, Keyframes, Index, Pool, options.MaximumAccessUnitBytes);
}
