using MediaGateway.Media.Files;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Walks over the boxes of one level (ISO/IEC 14496-12 4.2). Each step goes on by at least a header, and all walks of a file share one
/// budget, so that no file takes for ever. One owner, one thread.
/// </summary>
internal sealed class Mp4BoxWalk(IByteSource source, Mp4Budget budget)
{
    private const int HeaderLength = 8;
    private const int LargeHeaderLength = 16;

    // ISO/IEC 14496-12 4.2
    //  0                   1                   2                   3
    //  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    // +---------------------------------------------------------------+
    // | size: 0 to the end of the file, 1 for a large size            |
    // | type                                                          |
    // | large size (64 bits), only when size is 1                     |
    // +---------------------------------------------------------------+

    /// <summary>The file.</summary>
    public IByteSource Source => source;

    /// <summary>Bytes of the file when the walk began.</summary>
    public long FileLength { get; } = source.Length;

    /// <summary>What may still be walked over.</summary>
    public Mp4Budget Budget => budget;

    /// <summary>The boxes between two places. What is behind the last whole header, less than a header, is ignored, as writers pad.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="end">The first byte behind them.</param>
    /// <param name="isTopLevel">Whether a box may be cut short by the end, as the last one of a file is that was not written to its end.</param>
    public IEnumerable<Mp4BoxPlace> Boxes(long start, long end, bool isTopLevel = false)
    {
        var cursor = new SourceCursor(source, start, end, LargeHeaderLength);
        while (cursor.Left >= HeaderLength)
        {
            Mp4BoxPlace box = ReadHeader(cursor, end, isTopLevel);
            yield return box;
            cursor.Position = box.End;
        }
    }

    /// <summary>The first box of a type between two places; null when there is none.</summary>
    public Mp4BoxPlace? Find(in Mp4BoxPlace parent, uint type)
    {
        foreach (Mp4BoxPlace box in Boxes(parent.Body, parent.End))
        {
            if (box.Type == type)
            {
                return box;
            }
        }

        return null;
    }

    /// <summary>A cursor over the body of a box.</summary>
    public SourceCursor Cursor(in Mp4BoxPlace box) => new(source, box.Body, box.End);

    /// <summary>A cursor over a box with version and flags, behind them.</summary>
    public SourceCursor Cursor(in Mp4BoxPlace box, out int version, out int flags)
    {
        SourceCursor cursor = Cursor(in box);
        uint both = cursor.ReadUInt32();
        (version, flags) = ((int)(both >> 24), (int)(both & 0xFFFFFF));
        return cursor;
    }

    private Mp4BoxPlace ReadHeader(SourceCursor cursor, long end, bool isTopLevel)
    {
        budget.Spend();
        long start = cursor.Position;
        long size = cursor.ReadUInt32();
        uint type = cursor.ReadUInt32();
        if (size == 1)
        {
            size = cursor.Left >= sizeof(long) ? cursor.ReadInt64() : end - start;
        }
        else if (size == 0)
        {
            size = end - start;
        }

        if (size < cursor.Position - start)
        {
            throw new MediaFileException($"The box {Mp4BoxTypes.TextOf(type)} says that it is shorter than its header.");
        }

        bool isCut = size > end - start;
        if (isCut && !isTopLevel)
        {
            throw new MediaFileException($"The box {Mp4BoxTypes.TextOf(type)} says that it is longer than what holds it.");
        }

        return new Mp4BoxPlace(type, start, cursor.Position, isCut ? end : start + size, isCut);
    }
}
