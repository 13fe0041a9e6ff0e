using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Hls;

/// <summary>Makes the segments of a file, each by itself, in any order. Reads the file: it waits for the disk.</summary>
public static class HlsFileReader
{
    // How far behind a segment's end the next frame of a track is looked for, to learn how long its last one lasts.
    private const int FramesToLookAhead = 2000;

    /// <summary>Makes one segment. The caller owns the block.</summary>
    /// <param name="file">The index.</param>
    /// <param name="source">The file that was indexed.</param>
    /// <param name="plan">How it is cut.</param>
    /// <param name="number">Which segment.</param>
    /// <param name="pool">Where the memory comes from.</param>
    /// <param name="length">Bytes written.</param>
    /// <exception cref="MediaFileException">The file is shorter than it was, or a frame cannot be read.</exception>
    public static PooledBuffer Read(MediaFile file, IByteSource source, HlsFilePlan plan, int number, BufferPool pool, out int length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(pool);
        HlsFileSegment segment = plan.Segments[number];
        (TrackFormat? video, TrackFormat? audio) = plan.Ranges[segment.Range];
        IHlsPackager packager = PackagerOf(plan);
        packager.Begin(video, audio);
        var samples = new Mp4FragmentWriter();
        try
        {
            Collect(file, source, segment, pool, samples);
            if (samples.IsEmpty)
            {
                throw new MediaFileException("There is nothing to play in this part of the file.");
            }

            return packager is FragmentPackager
                ? samples.Write((uint)number + 1, pool, BufferOwner.Segment, out length)
                : packager.Write(samples, startsSegment: true, pool, out length);
        }
        finally
        {
            samples.Clear();
        }
    }

    /// <summary>What writes the segments.</summary>
    public static IHlsPackager PackagerOf(HlsFilePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.NeedsTransportStream ? new TransportStreamPackager() : new FragmentPackager();
    }

    private static void Collect(MediaFile file, IByteSource source, in HlsFileSegment segment, BufferPool pool, Mp4FragmentWriter samples)
    {
        int pictures = -1;
        int sounds = -1;
        for (int index = segment.First; index < segment.End; index++)
        {
            TrackKind kind = file.FormatOf(file[index]).Kind;
            if (kind == TrackKind.Data)
            {
                continue;
            }

            ref int waiting = ref (kind == TrackKind.Video ? ref pictures : ref sounds);
            if (waiting >= 0)
            {
                Add(file, source, waiting, index, pool, samples);
            }

            waiting = index;
        }

        AddLast(file, source, segment.End, pictures, pool, samples);
        AddLast(file, source, segment.End, sounds, pool, samples);
    }

    private static void AddLast(MediaFile file, IByteSource source, int end, int waiting, BufferPool pool, Mp4FragmentWriter samples)
    {
        if (waiting < 0)
        {
            return;
        }

        TrackKind kind = file.FormatOf(file[waiting]).Kind;
        int next = end;
        int last = Math.Min(file.Count, end + FramesToLookAhead);
        while (next < last && file.FormatOf(file[next]).Kind != kind)
        {
            next++;
        }

        Add(file, source, waiting, next < last ? next : -1, pool, samples);
    }

    private static void Add(MediaFile file, IByteSource source, int index, int next, BufferPool pool, Mp4FragmentWriter samples)
    {
        MediaFrame frame = file.ReadFrame(source, index, pool, TimeSpan.Zero);
        try
        {
            Mp4Track track = Mp4Track.Of(frame.Format)!; // it has a format
            long decoding = Math.Max(0, frame.Decoding.Rescale(track.Timescale).Value);
            long offset = frame.Presentation.Rescale(track.Timescale).Value - frame.Decoding.Rescale(track.Timescale).Value;
            long end = next >= 0
                ? file.DecodingOf(file[next]).Rescale(track.Timescale).Value
                : decoding + NominalDuration(frame, track);
            int duration = (int)Math.Clamp(end - decoding, 1, int.MaxValue);
            samples.Add(new Mp4Sample(frame.AddReference(), decoding, duration, (int)Math.Clamp(offset, int.MinValue, int.MaxValue)));
        }
        finally
        {
            frame.Release();
        }
    }

    private static int NominalDuration(MediaFrame frame, Mp4Track track) => Mp4Timeline.DurationOf(frame, track) is > 0 and var duration
        ? duration
        : track.Timescale / 25;
}
