using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace MediaGateway.WebRtc.Srtp;

/// <summary>
/// Session keys from a master key and salt by AES in counter mode, key derivation rate 0 (RFC 3711 4.3). For AEAD_AES_128_GCM the
/// 12-byte salt stands in the upper bytes of the 14-byte one (RFC 7714 11). For set-up only.
/// </summary>
internal static class SrtpKeyDerivation
{
    /// <summary>Bytes of master and session encryption key.</summary>
    public const int KeyLength = 16;

    /// <summary>Bytes of session authentication key (HMAC-SHA1).</summary>
    public const int AuthenticationKeyLength = 20;

    private const int CounterModeSaltLength = 14;
    private const int GcmSaltLength = 12;
    private const int BlockLength = 16;
    private const int LabelOffset = 7;

    /// <summary>Bytes of master and session salt.</summary>
    public static int SaltLength(SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? GcmSaltLength : CounterModeSaltLength;

    /// <summary>Fills <paramref name="output"/> with the key stream of <paramref name="label"/>.</summary>
    public static void Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, SrtpKeyLabel label, Span<byte> output)
    {
        Debug.Assert(masterKey.Length == KeyLength && masterSalt.Length <= CounterModeSaltLength, "lengths are checked by the context");
        Span<byte> counter = stackalloc byte[BlockLength];
        Span<byte> block = stackalloc byte[BlockLength];
        counter.Clear();
        masterSalt.CopyTo(counter);
        counter[LabelOffset] ^= (byte)label;
        using var aes = Aes.Create();
        aes.Key = masterKey.ToArray();
        for (int written = 0, number = 0; written < output.Length; written += BlockLength, number++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(counter[CounterModeSaltLength..], (ushort)number);
            aes.EncryptEcb(counter, block, PaddingMode.None);
            Span<byte> rest = output[written..];
            block[..Math.Min(BlockLength, rest.Length)].CopyTo(rest);
        }

        CryptographicOperations.ZeroMemory(block);
    }
}

/// <summary>What a derived key is for (RFC 3711 4.3.2).</summary>
internal enum SrtpKeyLabel : byte
{
    /// <summary>SRTP encryption.</summary>
    RtpEncryption = 0,

    /// <summary>SRTP authentication.</summary>
    RtpAuthentication = 1,

    /// <summary>SRTP salt.</summary>
    RtpSalt = 2,

    /// <summary>SRTCP encryption.</summary>
    RtcpEncryption = 3,

    /// <summary>SRTCP authentication.</summary>
    RtcpAuthentication = 4,

    /// <summary>SRTCP salt.</summary>
    RtcpSalt = 5,
}
