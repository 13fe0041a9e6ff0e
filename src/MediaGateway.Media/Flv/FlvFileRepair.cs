using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Flv;

/// <summary>
/// What completes a file of <see cref="FlvFileWriter"/> that was never ended: its head with duration, size and keyframes, and where it is
/// cut behind the last whole tag. Writing it twice does no harm. Immutable.
/// </summary>
public sealed class FlvFileRepair
{
    private FlvFileRepair(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> trailer, long length) => (Head, Trailer, Length) = (head, trailer, length);

    /// <summary>Stands at the beginning of the file, in place of as many bytes.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>The last bytes of the file: the size of its last tag, of which some may be missing.</summary>
    public ReadOnlyMemory<byte> Trailer { get; }

    /// <summary>Bytes of the file when it is complete.</summary>
    public long Length { get; }

    /// <summary>Reads a file and says what it lacks; null when it has no room for a head of this kind.</summary>
    /// <param name="source">The file; nobody writes it any more.</param>
    /// <param name="index">Its index, when there is a result.</param>
    /// <exception cref="MediaFileException">The file cannot be read, or holds no frame.</exception>
    public static FlvFileRepair? Of(IByteSource source, out MediaFile index)
    {
        ArgumentNullException.ThrowIfNull(source);
        var keyframes = new FlvFileIndex();
        var indexer = new FlvFileIndexer(keyframes);
        index = indexer.Update(source);
        if (index.Metadata is not { } metadata || !metadata.Properties.Any(static property => property.Key == FlvFileHead.PaddingName))
        {
            return null;
        }

        var head = new ArrayBufferWriter<byte>();
        if (!new FlvFileHead(TracksOf(index), metadata, keyframes, indexer.LastTime, indexer.End).TryWrite(head, MetadataLengthOf(source)))
        {
            return null;
        }

        byte[] trailer = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(trailer, indexer.LastTagLength);
        return new FlvFileRepair(head.WrittenMemory, trailer, indexer.End);
    }

    /// <summary>The last format of each kind: what a writer that has just ended knows.</summary>
    private static List<TrackFormat> TracksOf(MediaFile index) =>
        [.. index.Entries.Select(static entry => entry.Format).Where(static format => format.Kind != TrackKind.Data)
            .GroupBy(static format => format.Kind).OrderByDescending(static formats => formats.Key).Select(static formats => formats.Last())];

    /// <summary>The size of the first tag, which is the metadata.</summary>
    private static int MetadataLengthOf(IByteSource source)
    {
        Span<byte> size = stackalloc byte[3];
        return MediaFile.ReadFully(source, FlvTagWriter.FileHeaderLength + 1, size) == size.Length
            ? UInt24.ReadBigEndian(size)
            : throw new MediaFileException("The file ends within its head.");
    }
}
