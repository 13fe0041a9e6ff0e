using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>Reads movie fragments (ISO/IEC 14496-12 8.8).</summary>
internal sealed class Mp4FragmentReader(IReadOnlyList<Mp4SourceTrack> tracks)
{
    // 8.8.7, tf_flags
    private const int HasBaseOffset = 0x1;
    private const int HasDescription = 0x2;
    private const int HasDefaultDuration = 0x8;
    private const int HasDefaultSize = 0x10;
    private const int HasDefaultFlags = 0x20;
    private const int IsDefaultBaseMoof = 0x20000;

    // 8.8.8, tr_flags
    private const int HasDataOffset = 0x1;
    private const int HasFirstFlags = 0x4;
    private const int HasDuration = 0x100;
    private const int HasSize = 0x200;
    private const int HasFlags = 0x400;
    private const int HasComposition = 0x800;

    // 8.8.3.1, sample_is_non_sync_sample
    private const uint IsNoKeyframe = 0x10000;

    /// <summary>The frames of one fragment, per track in order of decoding; those behind the end of the file are left out.</summary>
    /// <param name="walk">The file.</param>
    /// <param name="fragment">The fragment's box.</param>
    /// <param name="samples">Where they are added, one list per track.</param>
    public void Read(Mp4BoxWalk walk, in Mp4BoxPlace fragment, List<Mp4TimedSample>[] samples)
    {
        // Without an offset of its own the first track's data starts at the fragment, the next ones' behind the data before.
        long place = fragment.Start;
        foreach (Mp4BoxPlace box in walk.Boxes(fragment.Body, fragment.End))
        {
            if (box.Type == Mp4BoxTypes.TrackFragment)
            {
                ReadTrack(walk, in box, fragment.Start, ref place, samples);
            }
        }
    }

    private static bool Has(int flags, int bit) => (flags & bit) != 0;

    private void ReadTrack(
        Mp4BoxWalk walk, in Mp4BoxPlace fragment, long movieFragment, ref long place, List<Mp4TimedSample>[] samples)
    {
        Mp4SourceTrack? track = null;
        Mp4FragmentDefaults defaults = default;
        long start = place;
        foreach (Mp4BoxPlace box in walk.Boxes(fragment.Body, fragment.End))
        {
            switch (box.Type)
            {
                case Mp4BoxTypes.TrackFragmentHeader:
                    SourceCursor header = walk.Cursor(in box, out _, out int flags);
                    uint id = header.ReadUInt32();
                    track = tracks.FirstOrDefault(known => known.Id == id);
                    start = Has(flags, HasBaseOffset) ? header.ReadInt64() : Has(flags, IsDefaultBaseMoof) ? movieFragment : place;
                    place = start;
                    defaults = ReadDefaults(header, flags, track?.Defaults ?? default);
                    break;
                case Mp4BoxTypes.TrackFragmentTime when track is not null:
                    SourceCursor time = walk.Cursor(in box, out int version, out _);
                    track.NextTime = version == 1 ? time.ReadInt64() : time.ReadUInt32();
                    break;
                case Mp4BoxTypes.TrackRun when track is { Number: >= 0 }:
                    ReadRun(walk, in box, track, defaults, start, ref place, samples[track.Number]);
                    break;
                default:
                    break;
            }
        }
    }

    private static Mp4FragmentDefaults ReadDefaults(SourceCursor header, int flags, Mp4FragmentDefaults defaults)
    {
        uint description = Has(flags, HasDescription) ? header.ReadUInt32() : defaults.Description;
        uint duration = Has(flags, HasDefaultDuration) ? header.ReadUInt32() : defaults.Duration;
        uint size = Has(flags, HasDefaultSize) ? header.ReadUInt32() : defaults.Size;
        uint sampleFlags = Has(flags, HasDefaultFlags) ? header.ReadUInt32() : defaults.Flags;
        return new Mp4FragmentDefaults(description, duration, size, sampleFlags);
    }

    private static void ReadRun(
        Mp4BoxWalk walk,
        in Mp4BoxPlace box,
        Mp4SourceTrack track,
        Mp4FragmentDefaults defaults,
        long start,
        ref long place,
        List<Mp4TimedSample> samples)
    {
        SourceCursor run = walk.Cursor(in box, out _, out int flags);
        uint count = run.ReadUInt32();
        place = Has(flags, HasDataOffset) ? start + unchecked((int)run.ReadUInt32()) : place;
        uint firstFlags = Has(flags, HasFirstFlags) ? run.ReadUInt32() : defaults.Flags;
        bool hasFirstFlags = Has(flags, HasFirstFlags);
        int fields = sizeof(uint) * ((Has(flags, HasDuration) ? 1 : 0) + (Has(flags, HasSize) ? 1 : 0) + (Has(flags, HasFlags) ? 1 : 0)
            + (Has(flags, HasComposition) ? 1 : 0));
        if ((long)count * fields > run.Left)
        {
            throw Mp4SampleTable.TooLong();
        }

        walk.Budget.SpendSamples(count);
        int entry = defaults.Description >= 1 && defaults.Description <= track.Entries.Length ? track.Entries[defaults.Description - 1] : -1;
        for (uint index = 0; index < count; index++)
        {
            uint duration = Has(flags, HasDuration) ? run.ReadUInt32() : defaults.Duration;
            uint size = Has(flags, HasSize) ? run.ReadUInt32() : defaults.Size;
            uint own = Has(flags, HasFlags) ? run.ReadUInt32() : defaults.Flags;
            int composition = Has(flags, HasComposition) ? unchecked((int)run.ReadUInt32()) : 0;
            uint sampleFlags = index == 0 && hasFirstFlags ? firstFlags : own;
            long offset = place;
            long time = track.NextTime;
            place += size;
            track.NextTime += duration;
            if (offset < 0 || place > walk.FileLength)
            {
                return;
            }

            bool isKeyframe = track.Kind == TrackKind.Audio || (sampleFlags & IsNoKeyframe) == 0;
            if (size > 0 && entry >= 0)
            {
                var sample = new MediaSample(
                    offset, time + track.Shift, (int)Math.Min(size, int.MaxValue), composition, (ushort)entry, isKeyframe);
                samples.Add(new Mp4TimedSample(sample, duration));
            }
        }
    }
}
