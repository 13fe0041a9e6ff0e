using System.Buffers.Binary;
using MediaGateway.Media.Memory;

namespace MediaGateway.Testing;

/// <summary>One tag of an FLV file (Video File Format v10.1, E.4.1).</summary>
/// <param name="Type">8 audio, 9 video, 18 script data.</param>
/// <param name="Timestamp">Milliseconds.</param>
/// <param name="Body">The bytes after the tag header: what RTMP carries in a message of the same type.</param>
public sealed record FlvTag(int Type, int Timestamp, byte[] Body);

/// <summary>Reads and writes FLV files for tests.</summary>
public static class FlvFile
{
    private const int TagHeaderLength = 11;
    private const int PreviousTagSizeLength = 4;

    /// <summary>All whole tags of a file.</summary>
    public static IReadOnlyList<FlvTag> Read(ReadOnlySpan<byte> file)
    {
        var tags = new List<FlvTag>();
        int position = BinaryPrimitives.ReadInt32BigEndian(file[5..]) + PreviousTagSizeLength;
        while (position + TagHeaderLength <= file.Length)
        {
            ReadOnlySpan<byte> header = file.Slice(position, TagHeaderLength);
            int length = UInt24.ReadBigEndian(header[1..]);
            position += TagHeaderLength;
            if (position + length > file.Length)
            {
                break;
            }

            int timestamp = UInt24.ReadBigEndian(header[4..]) | (header[7] << 24);
            tags.Add(new FlvTag(header[0] & 0x1F, timestamp, file.Slice(position, length).ToArray()));
            position += length + PreviousTagSizeLength;
        }

        return tags;
    }

    /// <summary>A file of tags.</summary>
    public static byte[] Write(IEnumerable<FlvTag> tags)
    {
        List<byte> file = [.. "FLV\u0001\u0005\0\0\0\u0009\0\0\0\0"u8];
        Span<byte> word = stackalloc byte[4];
        foreach (FlvTag tag in tags)
        {
            // E.4.1: type, size, the low 24 bits of the time, its high 8 bits, the stream's id; behind the body the size of it all.
            int length = tag.Body.Length;
            BinaryPrimitives.WriteInt32BigEndian(word, tag.Timestamp);
            file.AddRange([(byte)tag.Type, (byte)(length >> 16), (byte)(length >> 8), (byte)length, word[1], word[2], word[3], word[0], 0, 0, 0]);
            file.AddRange(tag.Body);
            BinaryPrimitives.WriteInt32BigEndian(word, TagHeaderLength + length);
            file.AddRange(word);
        }

        return [.. file];
    }
}
