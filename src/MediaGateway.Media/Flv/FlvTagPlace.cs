using MediaGateway.Media.Files;

namespace MediaGateway.Media.Flv;

/// <summary>Where the body of a tag lies in an FLV file.</summary>
/// <param name="Source">The file.</param>
/// <param name="Body">Its first byte.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Timestamp">The tag's time as it stands there.</param>
internal readonly record struct FlvTagPlace(IByteSource Source, long Body, int Size, uint Timestamp)
{
    /// <summary>The bytes of the body from <paramref name="offset"/> on; the caller has looked that there are not too many.</summary>
    public byte[] ReadFrom(int offset)
    {
        byte[] bytes = new byte[Math.Max(0, Size - offset)];
        return MediaFile.ReadFully(Source, Body + offset, bytes) == bytes.Length
            ? bytes
            : throw new MediaFileException("The file became shorter while it was read.");
    }
}
