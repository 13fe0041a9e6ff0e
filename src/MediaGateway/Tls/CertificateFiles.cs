using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;

namespace MediaGateway.Tls;

/// <summary>Reads the certificate that the settings name.</summary>
internal static class CertificateFiles
{
    private const string PemStart = "-----BEGIN";

    /// <summary>Reads certificate, key and chain.</summary>
    /// <returns>The certificate with its private key, and the other certificates of its file; the caller's.</returns>
    /// <exception cref="CertificateException">They cannot be read or do not fit; the message names setting and file.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load(TlsOptions options)
    {
        string path = options.CertificatePath;
        try
        {
            return IsPem(path) ? LoadPem(options) : LoadPkcs12(options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            string key = options.KeyPath.Length > 0 ? $" with the key '{options.KeyPath}'" : "";
            throw new CertificateException(
                $"Tls:CertificatePath: '{path}'{key} cannot be used: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>When the named files were last written: a later time means a new certificate.</summary>
    public static DateTime LastWriteTimeUtc(TlsOptions options)
    {
        DateTime certificate = File.GetLastWriteTimeUtc(options.CertificatePath);
        DateTime key = options.KeyPath.Length > 0 ? File.GetLastWriteTimeUtc(options.KeyPath) : certificate;
        return certificate > key ? certificate : key;
    }

    private static bool IsPem(string path)
    {
        using var reader = new StreamReader(path);
        Span<char> start = stackalloc char[4096];
        return start[..reader.ReadBlock(start)].Contains(PemStart, StringComparison.Ordinal);
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadPem(TlsOptions options)
    {
        string? keyPath = options.KeyPath.Length > 0 ? options.KeyPath : null;
        X509Certificate2 certificate = options.KeyPassword.Length > 0
            ? X509Certificate2.CreateFromEncryptedPemFile(options.CertificatePath, options.KeyPassword, keyPath)
            : X509Certificate2.CreateFromPemFile(options.CertificatePath, keyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificatePath);
        return (certificate, chain);
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection Chain) LoadPkcs12(TlsOptions options)
    {
        X509Certificate2Collection chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(
            options.CertificatePath, options.KeyPassword, X509KeyStorageFlags.EphemeralKeySet);
        X509Certificate2 certificate = chain.FirstOrDefault(candidate => candidate.HasPrivateKey)
            ?? throw new CryptographicException("It has no private key.");
        return (certificate, chain);
    }
}
