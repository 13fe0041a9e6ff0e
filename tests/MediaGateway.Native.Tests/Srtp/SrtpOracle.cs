using System.Security.Cryptography;

namespace MediaGateway.Native.Tests.Srtp;

/// <summary>The two SRTP transforms written with the framework's cryptography, to compare with.</summary>
internal static class SrtpOracle
{
    public static (byte[] Payload, byte[] Tag) SealCounterMode(
        byte[] key, byte[] authenticationKey, byte[] iv, byte[] header, byte[] payload, byte[] trailer)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        byte[] result = (byte[])payload.Clone();
        byte[] counter = (byte[])iv.Clone();
        for (int offset = 0; offset < payload.Length; offset += 16)
        {
            byte[] keystream = aes.EncryptEcb(counter, PaddingMode.None);
            for (int index = offset; index < Math.Min(offset + 16, payload.Length); index++)
            {
                result[index] ^= keystream[index - offset];
            }

            for (int index = 15; index >= 0 && ++counter[index] == 0; index--)
            {
            }
        }

        byte[] authenticated = [.. header, .. result, .. trailer];
#pragma warning disable CA5350 // RFC 3711 says HMAC-SHA1.
        return (result, HMACSHA1.HashData(authenticationKey, authenticated)[..10]);
#pragma warning restore CA5350
    }

    public static (byte[] Payload, byte[] Tag) SealGcm(byte[] key, byte[] iv, byte[] header, byte[] payload, byte[] trailer)
    {
        using var aes = new AesGcm(key, 16);
        byte[] result = new byte[payload.Length];
        byte[] tag = new byte[16];
        byte[] associated = [.. header, .. trailer];
        aes.Encrypt(iv, payload, result, tag, associated);
        return (result, tag);
    }
}
