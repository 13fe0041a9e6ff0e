using MediaGateway.Media.Frames;

namespace MediaGateway.Streams;

/// <summary>What a publisher has sent so far. Used under the stream's lock.</summary>
internal sealed class PublisherCounters
{
    private readonly BitrateMeter _bitrate = new();

    /// <summary>Pictures received, without those of further tracks.</summary>
    public long VideoFrames { get; private set; }

    /// <summary>Frames of sound received, without those of further tracks.</summary>
    public long AudioFrames { get; private set; }

    /// <summary>Payload bytes received.</summary>
    public long Bytes { get; private set; }

    /// <summary>How far sound and pictures are apart.</summary>
    public TrackSkew Skew { get; } = new();

    /// <summary>When the newest keyframe came; null before the first.</summary>
    public TimeSpan? KeyframeAt { get; private set; }

    /// <summary>Payload bits per second over the last second.</summary>
    public long BitsPerSecond(TimeSpan now) => _bitrate.BitsPerSecond(now);

    /// <summary>Counts a frame.</summary>
    public void Count(MediaFrame frame, TimeSpan now)
    {
        _bitrate.Add(frame.Length, now);
        Bytes += frame.Length;
        if (AdditionalTracks.Includes(frame))
        {
            return;
        }

        if (frame.Kind == TrackKind.Video)
        {
            VideoFrames++;
            KeyframeAt = frame.IsKeyframe ? now : KeyframeAt;
            Skew.NotePicture(frame.Decoding.ToTimeSpan(), now);
        }
        else if (frame.Kind == TrackKind.Audio)
        {
            AudioFrames++;
            Skew.NoteSound(frame.Decoding.ToTimeSpan(), now);
        }
    }
}
