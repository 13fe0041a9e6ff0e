using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;
using MediaGateway.Testing;
using MediaGateway.Tls;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mediagateway-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly TlsOptions _options = new();

    public ServerCertificateTests() => _options.DataFolder = Path.Combine(_folder, "data");

    private string GeneratedFile => Path.Combine(_options.DataFolder, GeneratedCertificate.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void NoneGiven_OneIsMadeForThisMachineAndKeptForTheOwnerOnly()
    {
        Debug.Assert(!OperatingSystem.IsWindows(), "The gateway runs on Linux.");
        using ServerCertificate certificate = Open("203.0.113.7");

        X509Certificate2 made = certificate.Current().TargetCertificate;
        X509SubjectAlternativeNameExtension names = made.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Contains("localhost", names.EnumerateDnsNames());
        Assert.Contains(IPAddress.Loopback, names.EnumerateIPAddresses());
        Assert.Contains(IPAddress.Parse("203.0.113.7"), names.EnumerateIPAddresses());
        using ECDsa key = made.GetECDsaPrivateKey()!;
        Assert.Equal(256, key.KeySize);
        Assert.InRange(made.NotAfter - made.NotBefore, TimeSpan.FromDays(300), TimeSpan.FromDays(398));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(GeneratedFile));
        Assert.Equal([GeneratedFile], Directory.GetFiles(_options.DataFolder));
    }

    [Fact]
    public void NextStart_TakesTheKeptOne()
    {
        using ServerCertificate first = Open();
        using ServerCertificate second = Open();

        Assert.Equal(first.Current().TargetCertificate.Thumbprint, second.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void AdvertisedUnderAnotherName_ANewOneIsMadeForIt()
    {
        using ServerCertificate first = Open();
        using ServerCertificate second = Open("gateway.example.org", "203.0.113.8");
        using ServerCertificate third = Open("203.0.113.8");

        X509Certificate2 made = second.Current().TargetCertificate;
        Assert.NotEqual(first.Current().TargetCertificate.Thumbprint, made.Thumbprint);
        Assert.True(made.MatchesHostname("gateway.example.org"));
        Assert.True(made.MatchesHostname("203.0.113.8"));
        Assert.Equal(made.Thumbprint, third.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void NearItsEnd_IsRenewedWhileTheGatewayRuns()
    {
        using ServerCertificate certificate = Open();
        string thumbprint = certificate.Current().TargetCertificate.Thumbprint;
        _time.Advance(GeneratedCertificate.Lifetime - GeneratedCertificate.RenewalTime - TimeSpan.FromDays(1));
        Assert.Equal(thumbprint, certificate.Current().TargetCertificate.Thumbprint);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.NotEqual(thumbprint, certificate.Current().TargetCertificate.Thumbprint);
        using X509Certificate2 kept = X509Certificate2.CreateFromPemFile(GeneratedFile);
        Assert.Equal(certificate.Current().TargetCertificate.Thumbprint, kept.Thumbprint);
    }

    [Fact]
    public void DamagedFile_IsReplaced()
    {
        Directory.CreateDirectory(_options.DataFolder);
        File.WriteAllText(GeneratedFile, "-----BEGIN CERTIFICATE-----\nabc\n");

        using ServerCertificate certificate = Open();

        using X509Certificate2 kept = X509Certificate2.CreateFromPemFile(GeneratedFile);
        Assert.Equal(certificate.Current().TargetCertificate.Thumbprint, kept.Thumbprint);
    }

    /// <summary>A file where the folder should be cannot be written by anybody, not even by root.</summary>
    [Fact]
    public void FolderThatCannotBeWritten_ACertificateForThisStart()
    {
        File.WriteAllText(_options.DataFolder, "");

        using ServerCertificate certificate = Open();

        Assert.True(certificate.Current().TargetCertificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("one")]
    [InlineData("pfx")]
    [InlineData("encrypted")]
    public void GivenFile_IsLoadedInEveryForm(string form)
    {
        using X509Certificate2 given = GeneratedCertificate.Make(_time.GetUtcNow(), []);
        Give(given, form);

        using ServerCertificate certificate = Open();

        Assert.Equal(given.Thumbprint, certificate.Current().TargetCertificate.Thumbprint);
        Assert.True(certificate.Current().TargetCertificate.HasPrivateKey);
        Assert.False(Directory.Exists(_options.DataFolder));
    }

    [Fact]
    public void ChangedFile_IsTakenUpWithoutARestart_AndABrokenOneIsNot()
    {
        using X509Certificate2 first = GeneratedCertificate.Make(_time.GetUtcNow(), []);
        using X509Certificate2 second = GeneratedCertificate.Make(_time.GetUtcNow(), []);
        Give(first, "one");
        using ServerCertificate certificate = Open();
        Give(second, "one");
        File.SetLastWriteTimeUtc(_options.CertificatePath, DateTime.UnixEpoch.AddDays(1));
        _time.Advance(ServerCertificate.LookInterval);
        Assert.Equal(second.Thumbprint, certificate.Current().TargetCertificate.Thumbprint);

        File.WriteAllText(_options.CertificatePath, "nothing");
        File.SetLastWriteTimeUtc(_options.CertificatePath, DateTime.UnixEpoch.AddDays(2));
        _time.Advance(ServerCertificate.LookInterval);
        Assert.Equal(second.Thumbprint, certificate.Current().TargetCertificate.Thumbprint);
    }

    [Fact]
    public void KeyOfAnotherCertificate_IsRefusedInOneLineThatNamesBothFiles()
    {
        using X509Certificate2 given = GeneratedCertificate.Make(_time.GetUtcNow(), []);
        using X509Certificate2 other = GeneratedCertificate.Make(_time.GetUtcNow(), []);
        Give(given, "pem");
        using ECDsa key = other.GetECDsaPrivateKey()!;
        File.WriteAllText(_options.KeyPath, key.ExportPkcs8PrivateKeyPem());

        CertificateException exception = Assert.Throws<CertificateException>(() => CertificateFiles.Load(_options));

        Assert.StartsWith("Tls:CertificatePath: '", exception.Message, StringComparison.Ordinal);
        Assert.Contains(_options.CertificatePath, exception.Message, StringComparison.Ordinal);
        Assert.Contains(_options.KeyPath, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    private ServerCertificate Open(params string[] advertised)
    {
        var webRtc = new WebRtcOptions();
        foreach (string address in advertised)
        {
            webRtc.AdvertisedAddresses.Add(address);
        }

        return new ServerCertificate(Options.Create(_options), Options.Create(webRtc), _time, NullLogger<ServerCertificate>.Instance);
    }

    private void Give(X509Certificate2 certificate, string form)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string pem = certificate.ExportCertificatePem();
        _options.CertificatePath = Path.Combine(_folder, "given");
        switch (form)
        {
            case "pem":
                _options.KeyPath = Path.Combine(_folder, "key");
                File.WriteAllText(_options.CertificatePath, pem);
                File.WriteAllText(_options.KeyPath, key.ExportPkcs8PrivateKeyPem());
                break;
            case "one":
                File.WriteAllText(_options.CertificatePath, $"{pem}\n{key.ExportPkcs8PrivateKeyPem()}\n");
                break;
            case "pfx":
                _options.KeyPassword = "word";
                File.WriteAllBytes(_options.CertificatePath, certificate.Export(X509ContentType.Pkcs12, "word"));
                break;
            default:
                _options.KeyPassword = "word";
                string encrypted = key.ExportEncryptedPkcs8PrivateKeyPem(
                    "word", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
                File.WriteAllText(_options.CertificatePath, $"{pem}\n{encrypted}\n");
                break;
        }
    }
}
