using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;

namespace MediaGateway.Media.Mp4;

/// <summary>One frame of a track with how long it is shown.</summary>
/// <param name="Sample">The frame.</param>
/// <param name="Duration">Ticks until the next.</param>
internal readonly record struct Mp4TimedSample(MediaSample Sample, long Duration);

/// <summary>
/// Reads a sample table (ISO/IEC 14496-12 8.5.1): all its boxes side by side, a frame at a time, through small windows, so that nothing is
/// kept of them. Counts are checked against the boxes that hold them.
/// </summary>
internal sealed class Mp4SampleTable
{
    private readonly Mp4SourceTrack _track;
    private readonly Mp4RunTable _durations;
    private readonly Mp4RunTable? _compositions;
    private readonly Mp4SizeTable _sizes;
    private readonly Mp4ChunkTable _chunks;
    private readonly SourceCursor? _syncs;
    private uint _syncsLeft;
    private uint _nextSync;

    private Mp4SampleTable(Mp4SourceTrack track, Mp4BoxWalk walk, Dictionary<uint, Mp4BoxPlace> boxes)
    {
        _track = track;
        _sizes = new Mp4SizeTable(walk, Needed(boxes, Mp4BoxTypes.SampleSize, Mp4BoxTypes.CompactSampleSize));
        _durations = new Mp4RunTable(walk, Needed(boxes, Mp4BoxTypes.TimeToSample, Mp4BoxTypes.TimeToSample));
        _compositions = boxes.TryGetValue(Mp4BoxTypes.CompositionOffset, out Mp4BoxPlace offsets) ? new Mp4RunTable(walk, in offsets) : null;
        _chunks = new Mp4ChunkTable(
            walk,
            Needed(boxes, Mp4BoxTypes.SampleToChunk, Mp4BoxTypes.SampleToChunk),
            Needed(boxes, Mp4BoxTypes.ChunkOffset, Mp4BoxTypes.LargeChunkOffset));
        if (boxes.TryGetValue(Mp4BoxTypes.SyncSample, out Mp4BoxPlace syncs) && track.Kind == TrackKind.Video)
        {
            _syncs = walk.Cursor(in syncs, out _, out _);
            _syncsLeft = _syncs.ReadUInt32();
            if (_syncsLeft > _syncs.Left / sizeof(uint))
            {
                throw TooLong();
            }

            ReadSync();
        }
    }

    /// <summary>The frames of a track, in order of decoding; those behind the end of the file are left out.</summary>
    public static List<Mp4TimedSample> Read(Mp4SourceTrack track, Mp4BoxWalk walk)
    {
        if (track.Table is not { } table)
        {
            return [];
        }

        Dictionary<uint, Mp4BoxPlace> boxes = [];
        foreach (Mp4BoxPlace box in walk.Boxes(table.Body, table.End))
        {
            boxes.TryAdd(box.Type, box);
        }

        return boxes.ContainsKey(Mp4BoxTypes.SampleSize) || boxes.ContainsKey(Mp4BoxTypes.CompactSampleSize)
            ? new Mp4SampleTable(track, walk, boxes).ReadAll(walk)
            : [];
    }

    /// <summary>What is said of a table that claims more than its box holds.</summary>
    internal static MediaFileException TooLong() => new("A table says that it is longer than what holds it.");

    private static Mp4BoxPlace Needed(Dictionary<uint, Mp4BoxPlace> boxes, uint type, uint otherType) =>
        boxes.TryGetValue(type, out Mp4BoxPlace box) || boxes.TryGetValue(otherType, out box)
            ? box
            : throw new MediaFileException($"A track has no box {Mp4BoxTypes.TextOf(type)}.");

    private List<Mp4TimedSample> ReadAll(Mp4BoxWalk walk)
    {
        walk.Budget.SpendSamples(_sizes.Count);
        List<Mp4TimedSample> samples = [];
        long time = 0;
        long place = 0;
        for (uint number = 1; number <= _sizes.Count; number++)
        {
            if (!_chunks.TryTake(ref place, out uint description))
            {
                break;
            }

            uint size = _sizes.Take();
            uint duration = _durations.Take();
            int composition = _compositions is null ? 0 : unchecked((int)_compositions.Take());
            bool isKeyframe = TakeSync(number);
            long offset = place;
            place += size;
            if (place > walk.FileLength)
            {
                break;
            }

            int entry = description >= 1 && description <= _track.Entries.Length ? _track.Entries[description - 1] : -1;
            if (size > 0 && entry >= 0)
            {
                samples.Add(new Mp4TimedSample(
                    new MediaSample(offset, time + _track.Shift, (int)Math.Min(size, int.MaxValue), composition, (ushort)entry, isKeyframe),
                    duration));
            }

            time += duration;
        }

        return samples;
    }

    // Without the table every frame is a place to start (8.6.2).
    private bool TakeSync(uint number)
    {
        while (_nextSync != 0 && _nextSync < number)
        {
            ReadSync();
        }

        return _syncs is null || _nextSync == number;
    }

    private void ReadSync()
    {
        if (_syncsLeft == 0)
        {
            _nextSync = 0;
            return;
        }

        _syncsLeft--;
        _nextSync = _syncs!.ReadUInt32(); // Only called with a table.
        if (_nextSync == 0)
        {
            throw new MediaFileException("A table of keyframes counts from 0.");
        }
    }
}

/// <summary>A table of runs, a count and a value each: stts (8.6.1.2) and ctts (8.6.1.3).</summary>
internal sealed class Mp4RunTable
{
    private readonly SourceCursor _cursor;
    private uint _runsLeft;
    private uint _left;
    private uint _value;

    /// <summary>Starts at the first run.</summary>
    public Mp4RunTable(Mp4BoxWalk walk, in Mp4BoxPlace box)
    {
        _cursor = walk.Cursor(in box, out _, out _);
        _runsLeft = _cursor.ReadUInt32();
        if (_runsLeft > _cursor.Left / (2 * sizeof(uint)))
        {
            throw Mp4SampleTable.TooLong();
        }
    }

    /// <summary>The value of the next frame; behind the end the last one goes on. Empty runs are passed.</summary>
    public uint Take()
    {
        while (_left == 0 && _runsLeft > 0)
        {
            _runsLeft--;
            _left = _cursor.ReadUInt32();
            _value = _cursor.ReadUInt32();
        }

        _left -= _left == 0 ? 0u : 1u;
        return _value;
    }
}

/// <summary>The sizes of frames: stsz (8.7.3.2) or stz2 (8.7.3.3).</summary>
internal sealed class Mp4SizeTable
{
    private readonly SourceCursor _cursor;
    private readonly uint _sameSize;
    private readonly int _bits = 32;
    private byte _pair;
    private bool _hasHalf;

    /// <summary>Starts at the first frame.</summary>
    public Mp4SizeTable(Mp4BoxWalk walk, in Mp4BoxPlace box)
    {
        _cursor = walk.Cursor(in box, out _, out _);
        uint first = _cursor.ReadUInt32();
        Count = _cursor.ReadUInt32();
        if (box.Type == Mp4BoxTypes.CompactSampleSize)
        {
            _bits = (int)(first & 0xFF);
            if (_bits is not (4 or 8 or 16))
            {
                throw new MediaFileException("A compact table of sizes has fields of a size that is not known.");
            }
        }
        else
        {
            _sameSize = first;
        }

        if (_sameSize == 0 && ((long)Count * _bits) + 7 >= (_cursor.Left + 1) * 8)
        {
            throw Mp4SampleTable.TooLong();
        }
    }

    /// <summary>Frames of the track.</summary>
    public uint Count { get; }

    /// <summary>The size of the next frame.</summary>
    public uint Take()
    {
        if (_sameSize != 0)
        {
            return _sameSize;
        }

        switch (_bits)
        {
            case 4:
                _hasHalf = !_hasHalf;
                _pair = _hasHalf ? _cursor.ReadByte() : _pair;
                return _hasHalf ? (uint)_pair >> 4 : _pair & 15u;
            case 8:
                return _cursor.ReadByte();
            case 16:
                return _cursor.ReadUInt16();
            default:
                return _cursor.ReadUInt32();
        }
    }
}

/// <summary>Where the frames' chunks lie: stsc (8.7.4) with stco or co64 (8.7.5).</summary>
internal sealed class Mp4ChunkTable
{
    private const int RunLength = 12;

    private readonly SourceCursor _runs;
    private readonly SourceCursor _offsets;
    private readonly bool _isLarge;
    private uint _runsLeft;
    private uint _chunksLeft;
    private uint _chunk;
    private uint _nextRunAt;
    private uint _perChunk;
    private uint _description;
    private uint _samplesLeft;

    /// <summary>Starts before the first frame.</summary>
    public Mp4ChunkTable(Mp4BoxWalk walk, in Mp4BoxPlace runs, in Mp4BoxPlace offsets)
    {
        _runs = walk.Cursor(in runs, out _, out _);
        _runsLeft = _runs.ReadUInt32();
        _offsets = walk.Cursor(in offsets, out _, out _);
        _chunksLeft = _offsets.ReadUInt32();
        _isLarge = offsets.Type == Mp4BoxTypes.LargeChunkOffset;
        if (_runsLeft > _runs.Left / RunLength || _chunksLeft > _offsets.Left / (_isLarge ? sizeof(long) : sizeof(uint)))
        {
            throw Mp4SampleTable.TooLong();
        }

        _nextRunAt = _runsLeft > 0 ? ReadRunStart() : 0;
    }

    /// <summary>Goes to the next frame: <paramref name="place"/> is set when it starts a chunk. False behind the last chunk.</summary>
    public bool TryTake(ref long place, out uint description)
    {
        while (_samplesLeft == 0)
        {
            if (_chunksLeft == 0)
            {
                description = 0;
                return false;
            }

            NextChunk(ref place);
        }

        _samplesLeft--;
        description = _description;
        return true;
    }

    private void NextChunk(ref long place)
    {
        _chunksLeft--;
        _chunk++;
        place = _isLarge ? _offsets.ReadInt64() : _offsets.ReadUInt32();
        if (place < 0)
        {
            throw new MediaFileException("A chunk lies before the file.");
        }

        while (_nextRunAt != 0 && _nextRunAt <= _chunk)
        {
            _perChunk = _runs.ReadUInt32();
            _description = _runs.ReadUInt32();
            _runsLeft--;
            _nextRunAt = _runsLeft > 0 ? ReadRunStart() : 0;
        }

        _samplesLeft = _perChunk;
    }

    private uint ReadRunStart()
    {
        uint first = _runs.ReadUInt32();
        return first > 0 ? first : throw new MediaFileException("A table of chunks counts from 0.");
    }
}
