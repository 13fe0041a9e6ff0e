using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaGateway.WebRtc.Stun;

/// <summary>
/// MESSAGE-INTEGRITY with a short-term credential: HMAC-SHA1 over the message up to the attribute, keyed with the password
/// (RFC 8489 14.5, 9.1.1). Allocates nothing.
/// </summary>
internal static class MessageIntegrity
{
    /// <summary>Bytes of HMAC.</summary>
    public const int Length = HMACSHA1.HashSizeInBytes;

    private const int AttributeLength = 4 + Length;

    /// <summary>
    /// Computes the HMAC over <paramref name="covered"/>, whose header must already count the MESSAGE-INTEGRITY attribute.
    /// </summary>
    public static void Compute(ReadOnlySpan<byte> covered, ReadOnlySpan<byte> key, Span<byte> destination) =>
#pragma warning disable CA5350 // RFC 8445 7.1.2 fixes HMAC-SHA1 for connectivity checks.
        HMACSHA1.HashData(key, covered, destination);
#pragma warning restore CA5350

    /// <summary>
    /// Checks the attribute. The HMAC was computed with a header length that ends at this attribute, so the length is rewritten
    /// for the computation and put back: the message must be the caller's own.
    /// </summary>
    public static bool Verify(Span<byte> message, int attributeOffset, ReadOnlySpan<byte> attributeValue, ReadOnlySpan<byte> key)
    {
        if (attributeValue.Length != Length)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Length];
        Span<byte> length = message.Slice(2, sizeof(ushort));
        ushort original = BinaryPrimitives.ReadUInt16BigEndian(length);
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(attributeOffset + AttributeLength - StunMessage.HeaderLength));
        Compute(message[..attributeOffset], key, expected);
        BinaryPrimitives.WriteUInt16BigEndian(length, original);
        return CryptographicOperations.FixedTimeEquals(expected, attributeValue);
    }
}
