using System.Buffers.Binary;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>Writes Opus packets of 20 ms, 48 kHz, to an Ogg file (RFC 3533, RFC 7845) that skips nothing at its start: one packet per page.</summary>
internal static class OggOpusWriter
{
    private const int SamplesPerPacket = 960;
    private const uint Polynomial = 0x04C11DB7;

    /// <summary>Writes a file.</summary>
    public static void Write(string path, IReadOnlyList<byte[]> packets)
    {
        using FileStream file = File.Create(path);
        // OpusHead: version 1, two channels, no pre-skip, 48 kHz, no gain, mapping family 0.
        WritePage(file, 0, 2, 0, [.. "OpusHead"u8, 1, 2, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]);
        WritePage(file, 1, 0, 0, [.. "OpusTags"u8, 4, 0, 0, 0, .. "test"u8, 0, 0, 0, 0]);
        for (int i = 0; i < packets.Count; i++)
        {
            byte flags = i == packets.Count - 1 ? (byte)4 : (byte)0;
            WritePage(file, i + 2, flags, (i + 1L) * SamplesPerPacket, packets[i]);
        }
    }

    private static void WritePage(FileStream file, int number, byte flags, long granule, ReadOnlySpan<byte> packet)
    {
        int segments = (packet.Length / 255) + 1;
        byte[] page = new byte[27 + segments + packet.Length];
        "OggS"u8.CopyTo(page);
        page[5] = flags;
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(6), granule);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(14), 1);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(18), number);
        page[26] = (byte)segments;
        page.AsSpan(27, segments - 1).Fill(255);
        page[26 + segments] = (byte)(packet.Length % 255);
        packet.CopyTo(page.AsSpan(27 + segments));
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(22), Checksum(page));
        file.Write(page);
    }

    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        uint sum = 0;
        foreach (byte value in page)
        {
            sum ^= (uint)value << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 0x80000000) != 0 ? (sum << 1) ^ Polynomial : sum << 1;
            }
        }

        return sum;
    }
}
