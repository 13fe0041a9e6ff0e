using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Hls;

/// <summary>One segment of a file.</summary>
/// <param name="First">The number of its first frame.</param>
/// <param name="End">The number of the frame after its last.</param>
/// <param name="Microseconds">How long it lasts.</param>
/// <param name="Range">Counts the changes of format before it: which media initialization section it needs.</param>
/// <param name="IsIndependent">Whether it begins with a keyframe, or there are no pictures.</param>
public readonly record struct HlsFileSegment(int First, int End, long Microseconds, int Range, bool IsIndependent);

/// <summary>
/// How a media file is cut into segments: at the first keyframe after <see cref="SegmentDuration"/>, at changes of format, and without a
/// keyframe where a segment would become too long or too large. Immutable: the same index always gives the same segments. Any thread.
/// </summary>
public sealed class HlsFilePlan
{
    /// <summary>How long segments are to last: Apple's recommendation.</summary>
    public static readonly TimeSpan SegmentDuration = TimeSpan.FromSeconds(6);

    /// <summary>The longest segment, where no keyframe comes.</summary>
    public static readonly TimeSpan LongestSegment = TimeSpan.FromSeconds(20);

    /// <summary>The largest segment, in bytes of payload: what one request can make the gateway hold.</summary>
    public const long LargestSegment = 32 * 1024 * 1024;

    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly List<HlsFileSegment> _segments = [];
    private readonly List<(TrackFormat? Video, TrackFormat? Audio)> _ranges = [];

    private HlsFilePlan()
    {
    }

    /// <summary>The segments in order.</summary>
    public IReadOnlyList<HlsFileSegment> Segments => _segments;

    /// <summary>The tracks of each range.</summary>
    public IReadOnlyList<(TrackFormat? Video, TrackFormat? Audio)> Ranges => _ranges;

    /// <summary>The value of <c>EXT-X-TARGETDURATION</c>.</summary>
    public int TargetSeconds { get; private set; } = 1;

    /// <summary>Whether every segment can be begun with.</summary>
    public bool IsIndependent { get; private set; } = true;

    /// <summary>Whether the sound is MP3, which browsers take in MPEG-TS and not in MP4.</summary>
    public bool NeedsTransportStream { get; private set; }

    /// <summary>Cuts a file, or says in words why HLS cannot be made of it.</summary>
    public static HlsFilePlan? Make(MediaFile file, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (MediaFileEntry entry in file.Entries)
        {
            if (entry.Format.Kind != TrackKind.Data && !Mp4Track.CanCarry(entry.Format))
            {
                refusal = $"HLS takes H.264, AAC, MP3 and Opus; the file has {entry.Format.Codec}.";
                return null;
            }
        }

        var plan = new HlsFilePlan { NeedsTransportStream = file.Entries.Any(entry => entry.Format is PlainAudioFormat) };
        refusal = file.Entries.Any(entry => plan.NeedsTransportStream && entry.Format is OpusFormat) ? "The file has both MP3 and Opus." : null;
        if (refusal is null)
        {
            plan.Cut(file);
            refusal = plan._segments.Count == 0 ? "There is nothing to play in the file." : null;
        }

        return refusal is null ? plan : null;
    }

    private void Cut(MediaFile file)
    {
        TrackFormat? video = file.Track(TrackKind.Video)?.Format;
        TrackFormat? audio = file.Track(TrackKind.Audio)?.Format;
        bool hasPictures = video is not null;
        _ranges.Add((video, audio));
        (int first, long start, long bytes, bool isIndependent, bool isOpen) = (0, 0, 0, true, false);
        for (int index = 0; index < file.Count; index++)
        {
            MediaSample sample = file[index];
            TrackFormat format = file.FormatOf(sample);
            if (format.Kind == TrackKind.Data)
            {
                continue;
            }

            long time = MicrosecondsOf(file.DecodingOf(sample));
            bool isLeading = format.Kind == TrackKind.Video || !hasPictures;
            bool isChange = !format.Equals(format.Kind == TrackKind.Video ? video : audio);
            if (isOpen && (isChange || (isLeading && IsOver(sample, time - start, bytes))))
            {
                Add(new HlsFileSegment(first, index, Math.Max(1, time - start), _ranges.Count - 1, isIndependent));
                (first, start, bytes, isIndependent, isOpen) = (index, time, 0, !hasPictures || sample.IsKeyframe, false);
            }

            if (isChange)
            {
                (video, audio) = format.Kind == TrackKind.Video ? (format, audio) : (video, format);
                _ranges.Add((video, audio));
            }

            start = isOpen || _segments.Count > 0 ? start : Math.Max(0, Math.Min(start, time));
            isOpen = true;
            bytes += sample.Length;
        }

        if (isOpen)
        {
            long end = (long)file.Tracks.Where(track => track.Kind != TrackKind.Data).Max(track => track.End).TotalMicroseconds;
            Add(new HlsFileSegment(first, file.Count, Math.Max(1, end - start), _ranges.Count - 1, isIndependent));
        }
    }

    private static bool IsOver(in MediaSample sample, long age, long bytes) =>
        (sample.IsKeyframe && age >= (long)SegmentDuration.TotalMicroseconds)
        || age >= (long)LongestSegment.TotalMicroseconds
        || bytes + sample.Length > LargestSegment;

    private void Add(in HlsFileSegment segment)
    {
        _segments.Add(segment);
        TargetSeconds = Math.Max(TargetSeconds, (int)((segment.Microseconds + (MicrosecondsPerSecond / 2)) / MicrosecondsPerSecond));
        IsIndependent &= segment.IsIndependent;
    }

    private static long MicrosecondsOf(MediaTime time) => time.Rescale((int)MicrosecondsPerSecond).Value;
}
