using System.Buffers.Binary;
using System.Text;

namespace MediaGateway.Testing;

/// <summary>Writes the boxes of MP4 files for tests (ISO/IEC 14496-12), byte by byte, so that they can be wrong as well.</summary>
public static class Mp4Boxes
{
    /// <summary>An AVCDecoderConfigurationRecord with the sets of a 64x64 baseline picture and lengths of four bytes.</summary>
    public static byte[] AvcConfiguration =>
        Convert.FromHexString("014200 0AFFE1 0009 6742000A 95A0 4225 E4 01 0004 68CE3C80".Replace(" ", "", StringComparison.Ordinal));

    /// <summary>A box.</summary>
    public static byte[] Box(string type, params byte[][] parts)
    {
        byte[] body = Join(parts);
        return Join(Word(body.Length + 8), Encoding.ASCII.GetBytes(type), body);
    }

    /// <summary>A box with a 64-bit size.</summary>
    public static byte[] LargeBox(string type, params byte[][] parts)
    {
        byte[] body = Join(parts);
        return Join(Word(1), Encoding.ASCII.GetBytes(type), Long(body.Length + 16), body);
    }

    /// <summary>A box with version and flags.</summary>
    public static byte[] FullBox(string type, int version, int flags, params byte[][] parts) =>
        Box(type, [Word(((long)version << 24) | (uint)flags), .. parts]);

    /// <summary>32 bits.</summary>
    public static byte[] Word(long value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)value));
        return bytes;
    }

    /// <summary>Several of 32 bits.</summary>
    public static byte[] Words(params long[] values) => Join([.. values.Select(Word)]);

    /// <summary>64 bits.</summary>
    public static byte[] Long(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>16 bits.</summary>
    public static byte[] Half(int value) => [(byte)(value >> 8), (byte)value];

    /// <summary>Bytes one after the other.</summary>
    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    /// <summary>An <c>avc1</c> sample entry.</summary>
    public static byte[] Avc1(byte[] configuration, string type = "avc1") => Box(type, new byte[8 + 70], Box("avcC", configuration));

    /// <summary>An <c>mp4a</c> sample entry with an object type and a decoder configuration.</summary>
    public static byte[] Mp4a(int objectType, byte[] configuration, int sampleRate = 44_100) => Box(
        "mp4a",
        new byte[8],
        new byte[8],
        Half(2),
        new byte[6],
        Word((long)sampleRate << 16),
        FullBox("esds", 0, 0, Descriptor(3, new byte[3], Descriptor(4, [(byte)objectType], new byte[12], configuration.Length == 0 ? [] : Descriptor(5, configuration)))));

    /// <summary>A track box.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="handler"><c>vide</c> or <c>soun</c>.</param>
    /// <param name="rate">Ticks per second.</param>
    /// <param name="entries">Its sample entries.</param>
    /// <param name="tables">The other boxes of its sample table.</param>
    /// <param name="edits">Its edit list's box, or nothing.</param>
    public static byte[] Track(int id, string handler, int rate, byte[][] entries, byte[][] tables, byte[]? edits = null) => Box(
        "trak",
        FullBox("tkhd", 0, 3, Words(0, 0, id), new byte[68]),
        edits is null ? [] : Box("edts", edits),
        Box(
            "mdia",
            FullBox("mdhd", 0, 0, Words(0, 0, rate, 0, 0)),
            FullBox("hdlr", 0, 0, Word(0), Encoding.ASCII.GetBytes(handler), new byte[13]),
            Box("minf", Box("stbl", [FullBox("stsd", 0, 0, Word(entries.Length), Join(entries)), .. tables]))));

    /// <summary>A movie box with a movie rate of 1000.</summary>
    public static byte[] Movie(params byte[][] parts) => Box("moov", [FullBox("mvhd", 0, 0, Words(0, 0, 1000, 0), new byte[80]), .. parts]);

    private static byte[] Descriptor(int tag, params byte[][] parts)
    {
        byte[] body = Join(parts);
        return [(byte)tag, 0x80, 0x80, 0x80, (byte)body.Length, .. body];
    }
}
