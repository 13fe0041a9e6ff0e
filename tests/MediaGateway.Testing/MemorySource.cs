using MediaGateway.Media.Files;

namespace MediaGateway.Testing;

/// <summary>A file in memory that counts what is read of it. It may be told to show only a first part of itself, as if it were being written.</summary>
public sealed class MemorySource(byte[] bytes) : IByteSource
{
    /// <inheritdoc/>
    public long Length { get; set; } = bytes.Length;

    /// <summary>Bytes that were read so far.</summary>
    public long BytesRead { get; private set; }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset >= Length)
        {
            return 0;
        }

        int count = (int)Math.Min(destination.Length, Length - offset);
        bytes.AsSpan((int)offset, count).CopyTo(destination);
        BytesRead += count;
        return count;
    }
}
