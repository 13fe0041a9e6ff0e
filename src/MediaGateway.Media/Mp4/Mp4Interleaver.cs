using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Puts the frames of several tracks in the order of their decoding times, and moves all so that the first is at 0. One owner, one thread.
/// </summary>
internal sealed class Mp4Interleaver(MediaFileBuilder builder)
{
    // What comes before an edit's start is needed to begin decoding: pictures from the last keyframe on, of sound a few frames.
    private static readonly TimeSpan LeadIn = TimeSpan.FromMilliseconds(100);

    private MediaTime? _origin;

    /// <summary>Where the frames go.</summary>
    public MediaFileBuilder Builder => builder;

    /// <summary>Adds frames of each track.</summary>
    public void Add(List<Mp4TimedSample>[] tracks)
    {
        int[] next = new int[tracks.Length];
        if (_origin is null)
        {
            for (int track = 0; track < tracks.Length; track++)
            {
                next[track] = FirstNeeded(tracks[track]);
            }

            _origin = FindOrigin(tracks, next);
        }

        while (true)
        {
            int earliest = -1;
            for (int track = 0; track < tracks.Length; track++)
            {
                bool isEarlier = next[track] < tracks[track].Count
                    && (earliest < 0 || IsEarlier(tracks[track][next[track]].Sample, tracks[earliest][next[earliest]].Sample));
                earliest = isEarlier ? track : earliest;
            }

            if (earliest < 0)
            {
                return;
            }

            Mp4TimedSample timed = tracks[earliest][next[earliest]++];
            MediaSample sample = timed.Sample;
            builder.Add(sample with { Decoding = sample.Decoding - OriginAt(builder.Entry(sample.Entry).Rate) }, timed.Duration);
        }
    }

    private static long TicksOf(TimeSpan time, int rate) => new MediaTime(time.Ticks, (int)TimeSpan.TicksPerSecond).Rescale(rate).Value;

    private long OriginAt(int rate) => _origin is { } origin ? origin.Rescale(rate).Value : 0;

    private int FirstNeeded(List<Mp4TimedSample> samples)
    {
        int keyframe = 0;
        for (int index = 0; index < samples.Count; index++)
        {
            Mp4TimedSample timed = samples[index];
            MediaFileEntry entry = builder.Entry(timed.Sample.Entry);
            long shown = timed.Sample.Decoding + timed.Sample.Composition;
            if (entry.Format.Kind != TrackKind.Video)
            {
                if (shown + timed.Duration > -TicksOf(LeadIn, entry.Rate))
                {
                    return index;
                }
            }
            else if (timed.Sample.Decoding > 0)
            {
                return keyframe;
            }
            else if (timed.Sample.IsKeyframe && shown <= 0)
            {
                keyframe = index;
            }
        }

        return keyframe;
    }

    private MediaTime? FindOrigin(List<Mp4TimedSample>[] tracks, int[] next)
    {
        MediaTime? origin = null;
        for (int track = 0; track < tracks.Length; track++)
        {
            if (next[track] < tracks[track].Count)
            {
                MediaSample sample = tracks[track][next[track]].Sample;
                int rate = builder.Entry(sample.Entry).Rate;
                MediaFileBuilder.CheckTime(sample.Decoding, rate);
                var time = new MediaTime(sample.Decoding, rate);
                origin = origin is { } earliest && earliest.ToTimeSpan() <= time.ToTimeSpan() ? origin : time;
            }
        }

        return origin;
    }

    private bool IsEarlier(in MediaSample one, in MediaSample other) =>
        (Int128)one.Decoding * builder.Entry(other.Entry).Rate < (Int128)other.Decoding * builder.Entry(one.Entry).Rate;
}
