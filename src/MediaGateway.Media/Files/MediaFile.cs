using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Files;

/// <summary>
/// The index of a media file: where each frame lies, in the order of decoding, tracks interleaved by time. Immutable, so that all who
/// play a file share one; it holds nothing of the file itself. The first frame is decoded at time 0. Any thread.
/// </summary>
public sealed class MediaFile
{
    private readonly MediaSample[][] _blocks;
    private readonly int[] _keyframes;
    private readonly Lazy<bool> _hasBFrames;

    internal MediaFile(MediaSample[][] blocks, int count, int[] keyframes)
    {
        _blocks = blocks;
        _keyframes = keyframes;
        _hasBFrames = new Lazy<bool>(FindBFrames);
        Count = count;
    }

    /// <summary>Which kind of file.</summary>
    public required MediaFileKind Kind { get; init; }

    /// <summary>The formats of all frames.</summary>
    public required IReadOnlyList<MediaFileEntry> Entries { get; init; }

    /// <summary>The tracks that can be played: at most one of pictures, one of sound and one of data.</summary>
    public required IReadOnlyList<MediaFileTrack> Tracks { get; init; }

    /// <summary>Which tracks were left out and why, in words.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>What an FLV file says of itself; null when it says nothing.</summary>
    public StreamMetadata? Metadata { get; init; }

    /// <summary>Bytes of the file that the index covers.</summary>
    public required long IndexedBytes { get; init; }

    /// <summary>From the first moment shown to the last.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>All frames.</summary>
    public int Count { get; }

    /// <summary>Numbers of the frames of pictures at which decoding may start, in order; empty without pictures.</summary>
    public ReadOnlySpan<int> Keyframes => _keyframes;

    /// <summary>Whether pictures are shown in another order than they are decoded in. All of them are looked at once.</summary>
    public bool HasBFrames => _hasBFrames.Value;

    /// <summary>Bytes of memory that the index takes.</summary>
    public long IndexBytes => ((long)_blocks.Sum(block => block.Length) * 32) + (_keyframes.Length * sizeof(int)) + 1024;

    /// <summary>The frame of this number.</summary>
    public MediaSample this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return _blocks[index >> MediaFileBuilder.BlockShift][index & MediaFileBuilder.BlockMask];
        }
    }

    /// <summary>The first track of a kind; null when there is none.</summary>
    public MediaFileTrack? Track(TrackKind kind) => Tracks.FirstOrDefault(track => track.Kind == kind);

    /// <summary>A frame's format.</summary>
    public TrackFormat FormatOf(in MediaSample sample) => Entries[sample.Entry].Format;

    /// <summary>When a frame is decoded.</summary>
    public MediaTime DecodingOf(in MediaSample sample) => new(sample.Decoding, Entries[sample.Entry].Rate);

    /// <summary>When a frame is shown.</summary>
    public MediaTime PresentationOf(in MediaSample sample) => new(sample.Decoding + sample.Composition, Entries[sample.Entry].Rate);

    /// <summary>
    /// Where to begin in order to see what is shown at <paramref name="time"/>: the keyframe at or before it, without pictures the frame
    /// of sound; the first frame of all when there is none before. <see cref="Count"/> when there are no frames.
    /// </summary>
    public int FindStart(TimeSpan time)
    {
        if (_keyframes.Length > 0)
        {
            int place = Find(_keyframes.Length, index => PresentationOf(this[_keyframes[index]]).ToTimeSpan() <= time);
            return place <= 0 ? 0 : _keyframes[place];
        }

        return Math.Max(0, Find(Count, index => DecodingOf(this[index]).ToTimeSpan() <= time));
    }

    /// <summary>Reads a frame's payload; the caller owns the block, which it fills from its start.</summary>
    /// <param name="source">The file that was indexed.</param>
    /// <param name="sample">One of its frames.</param>
    /// <param name="pool">Where the block is rented, for <see cref="BufferOwner.Frame"/>.</param>
    /// <param name="length">Bytes of payload.</param>
    /// <exception cref="MediaFileException">The file is shorter than it was, or the frame cannot be read.</exception>
    public PooledBuffer ReadPayload(IByteSource source, in MediaSample sample, BufferPool pool, out int length)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(pool);
        PooledBuffer buffer = pool.Rent(sample.Length, BufferOwner.Frame);
        try
        {
            length = sample.Length;
            Span<byte> bytes = buffer.Span[..length];
            if (ReadFully(source, sample.Offset, bytes) < length)
            {
                throw new MediaFileException("The file is shorter than its index says.");
            }

            if (sample.FirstByte != 0)
            {
                bytes[0] = sample.FirstByte;
            }

            int lengthSize = Entries[sample.Entry].LengthSize;
            if (lengthSize == Avcc.LengthSize)
            {
                return buffer;
            }

            PooledBuffer widened = Avcc.Widen(bytes, lengthSize, pool, out length)
                ?? throw new MediaFileException("A picture has no NAL units.");
            buffer.Dispose();
            return widened;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Reads a frame; it has one reference, the caller's.</summary>
    /// <param name="source">The file that was indexed.</param>
    /// <param name="index">The number of the frame.</param>
    /// <param name="pool">Where its block is rented.</param>
    /// <param name="receivedAt">Gateway time to mark it with.</param>
    /// <exception cref="MediaFileException">The file is shorter than it was, or the frame cannot be read.</exception>
    public MediaFrame ReadFrame(IByteSource source, int index, BufferPool pool, TimeSpan receivedAt)
    {
        MediaSample sample = this[index];
        PooledBuffer payload = ReadPayload(source, in sample, pool, out int length);
        return new MediaFrame(
            FormatOf(in sample), PresentationOf(in sample), DecodingOf(in sample), sample.IsKeyframe, payload, 0, length, receivedAt);
    }

    /// <summary>Reads as much as there is, in as many calls as that takes.</summary>
    internal static int ReadFully(IByteSource source, long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int read = source.Read(offset + total, destination[total..]);
            if (read <= 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <summary>The last of <paramref name="count"/> for which it holds, given that it holds for a first part of them; -1 for none.</summary>
    private static int Find(int count, Func<int, bool> holds)
    {
        (int low, int high) = (0, count);
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = holds(middle) ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    private bool FindBFrames()
    {
        long last = long.MinValue;
        for (int index = 0; index < Count; index++)
        {
            MediaSample sample = this[index];
            if (FormatOf(in sample).Kind != TrackKind.Video)
            {
                continue;
            }

            long shown = PresentationOf(in sample).ToMilliseconds();
            if (shown < last)
            {
                return true;
            }

            last = shown;
        }

        return false;
    }
}
