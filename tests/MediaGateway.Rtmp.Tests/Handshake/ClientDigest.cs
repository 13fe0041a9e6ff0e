using System.Security.Cryptography;
using System.Text;

namespace MediaGateway.Rtmp.Tests.Handshake;

/// <summary>
/// The client's side of the digest handshake, written apart from the product's: whole blocks are copied together and every offset is
/// spelled out, so that a mistake in one is not repeated in the other.
/// </summary>
internal static class ClientDigest
{
    private static readonly byte[] KeyEnd =
        Convert.FromHexString("F0EEC24A8068BEE82E00D0D1029E7E576EEC5D2D29806FAB93B8E636CFEB31AE");

    private static readonly byte[] PlayerName = Encoding.ASCII.GetBytes("Genuine Adobe Flash Player 001");
    private static readonly byte[] ServerName = Encoding.ASCII.GetBytes("Genuine Adobe Flash Media Server 001");

    /// <summary>A C1 with a digest in its first (8) or second (772) half, found by the given four offset bytes.</summary>
    public static byte[] Hello(int half, byte[] offset, int seed = 5)
    {
        byte[] c1 = new byte[1536];
        new Random(seed).NextBytes(c1);
        Convert.FromHexString("0000000009007C02").CopyTo(c1, 0);
        offset.CopyTo(c1, half);
        int position = (offset.Sum(value => value) % 728) + half + 4;
        HMACSHA256.HashData(PlayerName, Without(c1, position)).CopyTo(c1, position);
        return c1;
    }

    /// <summary>The digest in a C1 that <see cref="Hello"/> made.</summary>
    public static byte[] DigestOf(byte[] c1, int half) => c1.AsSpan(PositionOf(c1, half), 32).ToArray();

    /// <summary>Whether S1 holds the server's digest in this half.</summary>
    public static bool IsValidAnswer(byte[] s1, int half)
    {
        int position = PositionOf(s1, half);
        return HMACSHA256.HashData(ServerName, Without(s1, position)).AsSpan().SequenceEqual(s1.AsSpan(position, 32));
    }

    /// <summary>Whether S2 proves that the server read the client's digest.</summary>
    public static bool IsValidProof(byte[] s2, byte[] clientDigest)
    {
        byte[] fullKey = [.. ServerName, .. KeyEnd];
        byte[] key = HMACSHA256.HashData(fullKey, clientDigest);
        return HMACSHA256.HashData(key, s2[..1504]).AsSpan().SequenceEqual(s2.AsSpan(1504));
    }

    private static int PositionOf(byte[] block, int half) =>
        ((block[half] + block[half + 1] + block[half + 2] + block[half + 3]) % 728) + half + 4;

    private static byte[] Without(byte[] block, int position) => [.. block.Take(position), .. block.Skip(position + 32)];
}
