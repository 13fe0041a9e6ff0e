using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Files;

/// <summary>
/// Collects the frames of a file. What is in one index stays as it is when more is added: the blocks are shared with the next one.
/// One owner, one thread.
/// </summary>
internal sealed class MediaFileBuilder(MediaFileKind kind)
{
    /// <summary>Frames of a block, as a power of two: 64 KiB, so that small files take little.</summary>
    public const int BlockShift = 11;

    /// <summary>The bits of a frame's place in its block.</summary>
    public const int BlockMask = (1 << BlockShift) - 1;

    private readonly List<MediaSample[]> _blocks = [];
    private readonly List<int> _keyframes = [];
    private readonly List<MediaFileEntry> _entries = [];
    private readonly List<TrackTotals> _tracks = [];
    private readonly List<string> _leftOut = [];
    private int _count;

    /// <summary>Frames so far.</summary>
    public int Count => _count;

    /// <summary>What the file says of itself.</summary>
    public StreamMetadata? Metadata { get; set; }

    /// <summary>Adds a track; returns its number.</summary>
    public int AddTrack()
    {
        _tracks.Add(new TrackTotals());
        return _tracks.Count - 1;
    }

    /// <summary>Adds a format; returns its number.</summary>
    public ushort AddEntry(MediaFileEntry entry)
    {
        if (_entries.Count == MediaFileLimits.MaximumEntries)
        {
            throw new MediaFileException("The file changes its formats too often.");
        }

        _entries.Add(entry);
        return (ushort)(_entries.Count - 1);
    }

    /// <summary>The number of a format of a track; the same again when it was there before.</summary>
    public ushort FindOrAddEntry(MediaFileEntry entry)
    {
        int known = _entries.IndexOf(entry);
        return known >= 0 ? (ushort)known : AddEntry(entry);
    }

    /// <summary>Puts another format in the place of one, before any frame has it.</summary>
    public void Replace(ushort number, MediaFileEntry entry) => _entries[number] = entry;

    /// <summary>The format of a number.</summary>
    public MediaFileEntry Entry(ushort number) => _entries[number];

    /// <summary>Notes once why something is left out.</summary>
    public void LeaveOut(string reason)
    {
        if (_leftOut.Count < MediaFileLimits.MaximumTracks && !_leftOut.Contains(reason))
        {
            _leftOut.Add(reason);
        }
    }

    /// <summary>Adds the next frame in the order of decoding.</summary>
    /// <param name="sample">The frame.</param>
    /// <param name="duration">How long it is shown, in its own ticks, as far as that is known.</param>
    public void Add(in MediaSample sample, long duration)
    {
        if (_count == MediaFileLimits.MaximumSamples)
        {
            throw new MediaFileException($"The file has more than {MediaFileLimits.MaximumSamples} frames.");
        }

        if (sample.Length > MediaFileLimits.MaximumSampleBytes)
        {
            throw new MediaFileException($"The file has a frame of more than {MediaFileLimits.MaximumSampleBytes} bytes.");
        }

        MediaFileEntry entry = _entries[sample.Entry];
        CheckTime(sample.Decoding, entry.Rate);

        if ((_count & BlockMask) == 0)
        {
            _blocks.Add(new MediaSample[1 << BlockShift]);
        }

        _blocks[^1][_count & BlockMask] = sample;
        if (sample.IsKeyframe && entry.Format.Kind == TrackKind.Video)
        {
            _keyframes.Add(_count);
        }

        _tracks[entry.Track].Add(in sample, entry, duration);
        _count++;
    }

    /// <summary>Refuses times that no file has, so that those that are let pass can be reckoned with.</summary>
    public static void CheckTime(long ticks, int rate)
    {
        if (Math.Abs(ticks) / rate > MediaFileLimits.MaximumSeconds)
        {
            throw new MediaFileException("The file has a time that cannot be.");
        }
    }

    /// <summary>The index of what was added.</summary>
    /// <param name="indexedBytes">Bytes of the file that it covers.</param>
    /// <exception cref="MediaFileException">There is no frame.</exception>
    public MediaFile Build(long indexedBytes)
    {
        if (_count == 0)
        {
            throw new MediaFileException(
                _leftOut.Count == 0 ? "The file holds no frame." : $"The file holds nothing that can be played: {string.Join("; ", _leftOut)}.");
        }

        MediaSample[][] blocks = [.. _blocks];
        if (kind is MediaFileKind.Mp4 or MediaFileKind.Mp3)
        {
            blocks[^1] = blocks[^1][..(((_count - 1) & BlockMask) + 1)];
        }

        MediaFileTrack[] tracks = [.. _tracks.Where(track => track.Samples > 0).Select(track => track.ToTrack())];
        TimeSpan start = tracks.Min(track => track.Start);
        return new MediaFile(blocks, _count, [.. _keyframes])
        {
            Kind = kind,
            Entries = [.. _entries],
            Tracks = tracks,
            LeftOut = [.. _leftOut],
            Metadata = Metadata,
            IndexedBytes = indexedBytes,
            Duration = tracks.Max(track => track.End) - start,
        };
    }

    /// <summary>What a track comes to.</summary>
    private sealed class TrackTotals
    {
        private MediaFileEntry? _entry;
        private long _bytes;
        private long _first;
        private long _end;

        public int Samples { get; private set; }

        public void Add(in MediaSample sample, MediaFileEntry entry, long duration)
        {
            long shown = sample.Decoding + sample.Composition;
            _first = _entry is null ? shown : Math.Min(_first, shown);
            _end = _entry is null ? shown + duration : Math.Max(_end, shown + duration);
            _entry ??= entry;
            _bytes += sample.Length;
            Samples++;
        }

        public MediaFileTrack ToTrack()
        {
            MediaFileEntry entry = _entry!; // Only tracks with frames are asked.
            return new MediaFileTrack(
                entry.Format, entry.Rate, Samples, _bytes, new MediaTime(_first, entry.Rate).ToTimeSpan(), new MediaTime(_end, entry.Rate).ToTimeSpan());
        }
    }
}
