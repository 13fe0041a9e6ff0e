using System.Buffers.Binary;
using System.Text;

namespace MediaGateway.Testing;

/// <summary>One box of an MP4 file (ISO/IEC 14496-12 4.2), for tests that look at what was written.</summary>
/// <param name="Type">Four characters.</param>
/// <param name="Offset">Where its header begins in the file.</param>
/// <param name="Body">What follows the header.</param>
public sealed record Mp4Box(string Type, int Offset, ReadOnlyMemory<byte> Body)
{
    private const int HeaderLength = 8;

    /// <summary>The four bytes at <paramref name="offset"/> of the body.</summary>
    public uint UInt32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(Body.Span[offset..]);

    /// <summary>The eight bytes at <paramref name="offset"/> of the body.</summary>
    public ulong UInt64(int offset) => BinaryPrimitives.ReadUInt64BigEndian(Body.Span[offset..]);

    /// <summary>The boxes that lie one after the other from <paramref name="skip"/> on; throws when a size does not fit.</summary>
    public static IReadOnlyList<Mp4Box> Read(ReadOnlyMemory<byte> bytes, int start = 0, int skip = 0)
    {
        List<Mp4Box> boxes = [];
        int position = skip;
        while (position < bytes.Length)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(bytes.Span[position..]);
            if (size < HeaderLength || size > bytes.Length - position)
            {
                throw new InvalidDataException($"A box of {size} bytes at {start + position} does not fit.");
            }

            string type = Encoding.ASCII.GetString(bytes.Span.Slice(position + 4, 4));
            boxes.Add(new Mp4Box(type, start + position, bytes.Slice(position + HeaderLength, size - HeaderLength)));
            position += size;
        }

        return boxes;
    }

    /// <summary>The boxes inside, after <paramref name="skip"/> bytes of fields.</summary>
    public IReadOnlyList<Mp4Box> Children(int skip = 0) => Read(Body, Offset + HeaderLength, skip);

    /// <summary>The one box inside of that type.</summary>
    public Mp4Box Child(string type, int skip = 0) => Children(skip).Single(box => box.Type == type);
}
