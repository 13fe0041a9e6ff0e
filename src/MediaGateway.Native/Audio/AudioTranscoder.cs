using MediaGateway.Media.Frames;

namespace MediaGateway.Native.Audio;

/// <summary>One codec to another: <see cref="SoundTimeline"/> before <see cref="EncodedTrack"/>.</summary>
/// <param name="source">The codec that is taken; frames of another are left out.</param>
/// <param name="timeline">Decoder and continuity.</param>
/// <param name="track">The encoder to which the timeline's sound goes.</param>
internal sealed class AudioTranscoder(CodecId source, SoundTimeline timeline, EncodedTrack track) : IAudioTranscoder
{
    /// <inheritdoc/>
    public TrackFormat OutputFormat => track.Format;

    /// <inheritdoc/>
    public long ConcealedFrames => timeline.ConcealedPackets + track.EncoderFailures;

    /// <inheritdoc/>
    public void Push(MediaFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format.Codec == source)
        {
            track.ReceivedAt = frame.ReceivedAt;
            timeline.Push(frame.Presentation.Rescale(OpusFormat.ClockRate).Value, frame.Payload);
        }
    }

    /// <inheritdoc/>
    public void FillUntil(MediaTime streamTime, TimeSpan now)
    {
        track.ReceivedAt = now;
        timeline.FillUntil(streamTime.Rescale(OpusFormat.ClockRate).Value);
    }

    /// <inheritdoc/>
    public bool TryTake(out MediaFrame? frame) => track.TryTake(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        timeline.Dispose();
        track.Dispose();
    }
}
