using MediaGateway.Media.Files;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Vod;

/// <summary>An open file. Reads have no position of their own, so that all who play it share it. Any thread.</summary>
internal sealed class FileByteSource(SafeFileHandle handle) : IByteSource
{
    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    /// <exception cref="MediaFileException">The disk refuses.</exception>
    public int Read(long offset, Span<byte> destination)
    {
        try
        {
            return RandomAccess.Read(handle, destination, offset);
        }
        catch (IOException)
        {
            throw new MediaFileException("The file cannot be read from the disk.");
        }
    }
}
