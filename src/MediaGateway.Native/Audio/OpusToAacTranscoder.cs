using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.FFmpeg;

namespace MediaGateway.Native.Audio;

/// <summary>Opus to AAC-LC at 48 kHz stereo: <see cref="OpusTimeline"/> before <see cref="AacTrack"/>.</summary>
internal sealed class OpusToAacTranscoder : IAudioTranscoder
{
    private readonly AacTrack _track;
    private readonly OpusTimeline _timeline;

    /// <summary>Opens decoder and encoder.</summary>
    /// <param name="pool">Where the memory of the frames comes from.</param>
    /// <param name="options">How to encode.</param>
    /// <exception cref="FFmpegException">The encoder refuses the options.</exception>
    public OpusToAacTranscoder(BufferPool pool, AacEncoderOptions options)
    {
        _track = new AacTrack(pool, options);
        _timeline = new OpusTimeline(_track);
    }

    /// <inheritdoc/>
    public TrackFormat OutputFormat => _track.Format;

    /// <inheritdoc/>
    public long ConcealedFrames => _timeline.ConcealedPackets + _track.EncoderFailures;

    /// <inheritdoc/>
    public void Push(MediaFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format.Codec == CodecId.Opus)
        {
            _track.ReceivedAt = frame.ReceivedAt;
            _timeline.Push(frame.Presentation.Rescale(OpusFormat.ClockRate).Value, frame.Payload);
        }
    }

    /// <inheritdoc/>
    public void FillUntil(MediaTime streamTime, TimeSpan now)
    {
        _track.ReceivedAt = now;
        _timeline.FillUntil(streamTime.Rescale(OpusFormat.ClockRate).Value);
    }

    /// <inheritdoc/>
    public bool TryTake(out MediaFrame? frame) => _track.TryTake(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timeline.Dispose();
        _track.Dispose();
    }
}
