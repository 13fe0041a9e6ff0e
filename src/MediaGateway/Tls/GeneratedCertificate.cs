using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MediaGateway.Tls;

/// <summary>The self-signed certificate that the gateway makes when it was given none, and the file that keeps it.</summary>
internal static class GeneratedCertificate
{
    /// <summary>The file in the data folder: certificate and key, readable by the gateway's user only.</summary>
    public const string FileName = "generated-certificate.pem";

    /// <summary>Browsers and Apple's systems refuse certificates that are valid for more than 398 days.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(390);

    /// <summary>How long before its end it is replaced.</summary>
    public static readonly TimeSpan RenewalTime = TimeSpan.FromDays(30);

    /// <summary>Clients whose clock is a little behind take it too.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromHours(1);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280 4.2.1.12 id-kp-serverAuth

    /// <summary>
    /// Makes a certificate (ECDSA on P-256) for this machine's names and addresses.
    /// </summary>
    /// <param name="now">The time of day.</param>
    /// <param name="advertised">Names and addresses under which others reach the machine, besides its own.</param>
    /// <returns>The certificate with its key; the caller's.</returns>
    public static X509Certificate2 Make(DateTimeOffset now, IReadOnlyCollection<string> advertised)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=MediaGateway", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string name in Names(advertised))
        {
            names.AddDnsName(name);
        }

        foreach (IPAddress address in MachineAddresses().Concat(Addresses(advertised)).Distinct())
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        return request.CreateSelfSigned(now - Backdating, now + Lifetime);
    }

    /// <summary>
    /// The kept certificate, the caller's; null when there is none that is still good for a while and for the names and addresses of
    /// today. The machine's own IPv6 addresses may change every day, so that they alone ask for no new certificate: each new one has to
    /// be let through in every browser again.
    /// </summary>
    public static X509Certificate2? TryRead(string file, DateTimeOffset now, IReadOnlyCollection<string> advertised)
    {
        try
        {
            X509Certificate2 kept = X509Certificate2.CreateFromPemFile(file);
            if (kept.NotAfter.ToUniversalTime() > now.UtcDateTime + RenewalTime && Covers(kept, advertised))
            {
                return kept;
            }

            kept.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return null; // Not there, or damaged: a new one replaces it.
        }
    }

    /// <summary>Keeps a certificate with its key. The file is whole at any time: it is written beside and then renamed.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Keep(X509Certificate2 certificate, string file)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Debug.Assert(!OperatingSystem.IsWindows(), "The gateway runs on Linux.");
        using ECDsa key = certificate.GetECDsaPrivateKey()!; // Made with one.
        string text = $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
        Directory.CreateDirectory(Path.GetDirectoryName(file)!, OwnerOnly | UnixFileMode.UserExecute); // A file's full path has a folder.
        string beside = $"{file}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var writer = new StreamWriter(beside, options))
        {
            writer.Write(text);
        }

        File.Move(beside, file, overwrite: true);
    }

    private static bool Covers(X509Certificate2 certificate, IReadOnlyCollection<string> advertised)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        IEnumerable<IPAddress> needed = MachineAddresses()
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork)
            .Concat(Addresses(advertised));
        return names is not null
            && !Names(advertised).Except(names.EnumerateDnsNames(), StringComparer.OrdinalIgnoreCase).Any()
            && !needed.Except(names.EnumerateIPAddresses()).Any();
    }

    /// <summary>The machine's name is known to the local network with the ending of multicast DNS (RFC 6762 3), too.</summary>
    private static IEnumerable<string> Names(IReadOnlyCollection<string> advertised) =>
        new[] { "localhost", Environment.MachineName, $"{Environment.MachineName}.local" }
            .Concat(advertised.Where(name => !IPAddress.TryParse(name, out _)))
            .Distinct(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<IPAddress> Addresses(IReadOnlyCollection<string> advertised) =>
        advertised.Select(text => IPAddress.TryParse(text, out IPAddress? address) ? address : null).OfType<IPAddress>();

    private static IEnumerable<IPAddress> MachineAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => !address.IsIPv6LinkLocal)
            .Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]);
}
