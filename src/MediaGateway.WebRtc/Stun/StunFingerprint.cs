using System.Buffers.Binary;

namespace MediaGateway.WebRtc.Stun;

/// <summary>FINGERPRINT: the CRC-32 of the message up to the attribute, masked (RFC 8489 14.7).</summary>
internal static class StunFingerprint
{
    /// <summary>Bytes of value.</summary>
    public const int Length = sizeof(uint);

    private const int AttributeLength = 4 + Length;
    private const uint Mask = 0x5354554E;
    private const uint ReversedPolynomial = 0xEDB88320;

    private static readonly uint[] Table = CreateTable();

    /// <summary>Computes the value over <paramref name="covered"/>, whose header must already count the FINGERPRINT attribute.</summary>
    public static uint Compute(ReadOnlySpan<byte> covered)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in covered)
        {
            crc = Table[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return ~crc ^ Mask;
    }

    /// <summary>Whether the attribute is the last one and its value right.</summary>
    public static bool Verify(ReadOnlySpan<byte> message, StunAttribute fingerprint)
    {
        return fingerprint.Value.Length == Length
            && fingerprint.Offset + AttributeLength == message.Length
            && BinaryPrimitives.ReadUInt32BigEndian(fingerprint.Value) == Compute(message[..fingerprint.Offset]);
    }

    private static uint[] CreateTable()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < table.Length; index++)
        {
            uint crc = index;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ ReversedPolynomial : crc >> 1;
            }

            table[index] = crc;
        }

        return table;
    }
}
