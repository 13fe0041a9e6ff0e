namespace MediaGateway.Media.Frames;

/// <summary>
/// Packets of one audio codec in, frames of another out. One thread at a time. The transcoder owns the continuity of its output:
/// output stamps come from the count of samples produced, one frame after the other without hole or overlap; input that is lost,
/// late or on a drifting clock is concealed, filled or resampled.
/// </summary>
public interface IAudioTranscoder : IDisposable
{
    /// <summary>The format of every frame that comes out.</summary>
    TrackFormat OutputFormat { get; }

    /// <summary>
    /// Takes one frame of the input codec; the caller keeps its reference. Frames come in order of presentation time. A frame that
    /// cannot be decoded is concealed and counted in <see cref="ConcealedFrames"/>; it is never an exception.
    /// </summary>
    void Push(MediaFrame frame);

    /// <summary>
    /// Tells that no input has come although media time has reached <paramref name="streamTime"/>: the output is continued up to there
    /// with concealment, then silence, so that viewers of a silent publisher (DTX, muted microphone) do not stall.
    /// </summary>
    void FillUntil(MediaTime streamTime, TimeSpan now);

    /// <summary>Takes the next finished frame; the caller owns the reference.</summary>
    bool TryTake(out MediaFrame? frame);

    /// <summary>Input frames that were lost, broken or missing and were concealed.</summary>
    long ConcealedFrames { get; }
}
