using System.Buffers.Binary;

namespace MediaGateway.Native.OpenSsl;

/// <summary>Looks at the records of a datagram before OpenSSL does (RFC 6347 4.1).</summary>
internal static class DtlsRecord
{
    /// <summary>Content type of a ChangeCipherSpec record.</summary>
    public const byte ChangeCipherSpec = 20;

    /// <summary>Content type of a handshake record.</summary>
    public const byte Handshake = 22;

    private const int HeaderBytes = 13;
    private const byte MajorVersion = 0xFE;

    // type 0..1 | version 1..3 | epoch 3..5 | sequence number 5..11 | length 11..13 | fragment

    /// <summary>
    /// Whether the datagram is one or more whole DTLS 1.x records of the types ChangeCipherSpec, alert and handshake and nothing
    /// else. Application data has no place in a DTLS-SRTP association without data channels, least of all before its end is
    /// authenticated; OpenSSL would end the handshake over it.
    /// </summary>
    public static bool IsExpected(ReadOnlySpan<byte> datagram)
    {
        if (datagram.IsEmpty)
        {
            return false;
        }

        while (!datagram.IsEmpty)
        {
            bool whole = datagram.Length >= HeaderBytes
                && datagram[0] is >= ChangeCipherSpec and <= Handshake
                && datagram[1] == MajorVersion;
            int length = whole ? HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]) : int.MaxValue;
            if (length > datagram.Length)
            {
                return false;
            }

            datagram = datagram[length..];
        }

        return true;
    }
}
