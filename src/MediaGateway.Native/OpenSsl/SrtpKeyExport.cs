using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.Native.OpenSsl;

/// <summary>Takes the SRTP keys out of a finished handshake (RFC 5764 4.2).</summary>
internal static unsafe class SrtpKeyExport
{
    private const string Label = "EXTRACTOR-dtls_srtp";
    private const int KeyBytes = 16;
    private const int MaximumSaltBytes = 14;

    // client key | server key | client salt | server salt

    /// <summary>The keys; null when no profile was negotiated.</summary>
    public static SrtpKeyingMaterial? TryExport(SslHandle ssl)
    {
        LibSsl.SRTP_PROTECTION_PROFILE* selected = LibSsl.SSL_get_selected_srtp_profile(ssl);
        if (selected == null || SaltBytesOf((SrtpProfile)selected->id.Value) is not int saltBytes)
        {
            return null;
        }

        Span<byte> material = stackalloc byte[2 * (KeyBytes + MaximumSaltBytes)];
        material = material[..(2 * (KeyBytes + saltBytes))];
        int result;
        fixed (byte* pointer = material)
        {
            result = LibSsl.SSL_export_keying_material(ssl, pointer, (nuint)material.Length, Label, (nuint)Label.Length, 0, 0, 0);
        }

        OpenSslException.ThrowUnless(result == 1, "SSL_export_keying_material");
        Span<byte> salts = material[(2 * KeyBytes)..];
        var keys = new SrtpKeyingMaterial(
            (SrtpProfile)selected->id.Value,
            material[..KeyBytes].ToArray(),
            salts[..saltBytes].ToArray(),
            material[KeyBytes..(2 * KeyBytes)].ToArray(),
            salts[saltBytes..].ToArray());
        material.Clear();
        return keys;
    }

    private static int? SaltBytesOf(SrtpProfile profile) => profile switch
    {
        SrtpProfile.Aes128CmSha1With80BitTag => 14,
        SrtpProfile.AeadAes128Gcm => 12,
        _ => null,
    };
}
