using System.Security.Cryptography;

namespace MediaGateway.Rtmp.Handshake;

/// <summary>
/// The digest that Flash clients and servers hide in the random part of the handshake. It is not in RTMP 1.0; this is how the field
/// does it. A block of 1536 bytes holds, at one of two places, four bytes whose sum says where the 32 bytes of digest are; the digest
/// is HMAC-SHA256 over the rest of the block.
/// </summary>
internal static class HandshakeDigest
{
    /// <summary>Bytes of C1, S1, C2 and S2 (RTMP 1.0, 5.2.3 and 5.2.4).</summary>
    public const int BlockLength = 1536;

    /// <summary>Bytes of a digest.</summary>
    public const int Length = HMACSHA256.HashSizeInBytes;

    /// <summary>Bytes of the client's name, with which C1 is keyed.</summary>
    public const int ClientNameLength = 30;

    /// <summary>Bytes of the server's name, with which S1 is keyed.</summary>
    public const int ServerNameLength = 36;

    /// <summary>Where the four offset bytes stand in a block whose second half holds the digest: tried first.</summary>
    public const int SecondHalf = 772;

    /// <summary>Where the four offset bytes stand in a block whose first half holds the digest.</summary>
    public const int FirstHalf = 8;

    private const int OffsetBytes = 4;

    // 764 bytes of half block, less the offset bytes and the digest.
    private const int OffsetRange = 764 - OffsetBytes - Length;

    // Both keys end alike.
    private static readonly byte[] KeyEnd =
    [
        0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
        0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE,
    ];

    private static readonly byte[] FullClientKey = [.. "Genuine Adobe Flash Player 001"u8, .. KeyEnd];
    private static readonly byte[] FullServerKey = [.. "Genuine Adobe Flash Media Server 001"u8, .. KeyEnd];

    /// <summary>The client's key; its first <see cref="ClientNameLength"/> bytes are its name.</summary>
    public static ReadOnlySpan<byte> ClientKey => FullClientKey;

    /// <summary>The server's key; its first <see cref="ServerNameLength"/> bytes are its name.</summary>
    public static ReadOnlySpan<byte> ServerKey => FullServerKey;

    /// <summary>Where the digest of a block stands; always inside its half.</summary>
    /// <param name="block">1536 bytes.</param>
    /// <param name="half"><see cref="SecondHalf"/> or <see cref="FirstHalf"/>.</param>
    public static int PositionOf(ReadOnlySpan<byte> block, int half)
    {
        ReadOnlySpan<byte> offset = block.Slice(half, OffsetBytes);
        return half + OffsetBytes + ((offset[0] + offset[1] + offset[2] + offset[3]) % OffsetRange);
    }

    /// <summary>Looks for a valid digest in both places; false when there is none, so that the handshake is the plain one.</summary>
    public static bool TryFind(ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, out int half, out int position)
    {
        half = SecondHalf;
        if (IsValid(block, key, half, out position))
        {
            return true;
        }

        half = FirstHalf;
        return IsValid(block, key, half, out position);
    }

    /// <summary>Puts the digest into a block that is otherwise complete.</summary>
    public static void Imprint(Span<byte> block, ReadOnlySpan<byte> key, int half)
    {
        int position = PositionOf(block, half);
        Compute(block, key, position, block.Slice(position, Length));
    }

    /// <summary>
    /// Ends C2 or S2: the last 32 bytes become the digest of the rest, keyed with the digest of the peer's digest.
    /// </summary>
    /// <param name="block">The 1536 bytes of C2 or S2, whose first 1504 are random.</param>
    /// <param name="peerDigest">The digest found in the peer's C1 or S1.</param>
    /// <param name="fullKey">The whole key of the side that answers.</param>
    public static void Answer(Span<byte> block, ReadOnlySpan<byte> peerDigest, ReadOnlySpan<byte> fullKey)
    {
        Span<byte> key = stackalloc byte[Length];
        HMACSHA256.HashData(fullKey, peerDigest, key);
        HMACSHA256.HashData(key, block[..^Length], block[^Length..]);
    }

    private static bool IsValid(ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, int half, out int position)
    {
        position = PositionOf(block, half);
        Span<byte> digest = stackalloc byte[Length];
        Compute(block, key, position, digest);
        return CryptographicOperations.FixedTimeEquals(digest, block.Slice(position, Length));
    }

    private static void Compute(ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, int position, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(block[..position]);
        hash.AppendData(block[(position + Length)..]);
        hash.GetHashAndReset(digest);
    }
}
