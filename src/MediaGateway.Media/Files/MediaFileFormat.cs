using System.Buffers.Binary;
using MediaGateway.Media.Flv;
using MediaGateway.Media.Mp3;
using MediaGateway.Media.Mp4;

namespace MediaGateway.Media.Files;

/// <summary>Tells by its first bytes what a media file is, and reads its index.</summary>
public static class MediaFileFormat
{
    private const int HeadLength = 16;

    /// <summary>Reads the index of a file.</summary>
    /// <exception cref="MediaFileException">The file cannot be read.</exception>
    public static MediaFile Open(IByteSource source) => Start(source).Update(source);

    /// <summary>
    /// Starts to read a file. <see cref="IMediaFileIndexer.Update"/> gives its index, and another one each time it is asked again after
    /// the file has grown.
    /// </summary>
    /// <exception cref="MediaFileException">The file is of no kind that is known.</exception>
    public static IMediaFileIndexer Start(IByteSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Span<byte> head = stackalloc byte[HeadLength];
        head = head[..MediaFile.ReadFully(source, 0, head)];
        if (head.IsEmpty)
        {
            throw new MediaFileException("The file is empty.");
        }

        if (head.StartsWith("FLV"u8))
        {
            return new FlvFileIndexer();
        }

        if (head.Length >= 8 && Mp4BoxTypes.StartsFile(BinaryPrimitives.ReadUInt32BigEndian(head[4..])))
        {
            return new Mp4FileIndexer();
        }

        return Mp3FileIndexer.IsLikely(source)
            ? new Mp3FileIndexer()
            : throw new MediaFileException("The file is neither MP4 nor FLV nor MP3.");
    }
}
