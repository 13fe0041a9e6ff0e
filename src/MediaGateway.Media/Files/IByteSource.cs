namespace MediaGateway.Media.Files;

/// <summary>
/// Bytes that can be read at any place: a file, or memory in tests. Implementations hold no position, so that many readers share one.
/// </summary>
public interface IByteSource
{
    /// <summary>Bytes there are now; a file that is being written grows.</summary>
    long Length { get; }

    /// <summary>Reads from <paramref name="offset"/> on; returns the bytes read, fewer than asked for only at the end.</summary>
    int Read(long offset, Span<byte> destination);
}
