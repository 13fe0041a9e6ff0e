using System.Net.NetworkInformation;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Tls;
using Microsoft.Extensions.Options;

namespace MediaGateway.Connectivity;

/// <summary>
/// Once everything listens: whether the ways that clients are told lead here. Ends in one sentence, in the log and at <c>GET /api/statistics</c>.
/// </summary>
internal sealed class SelfTest(
    IPeerSessions peers,
    PublicAddresses addresses,
    ServerCertificate certificate,
    IOptions<HttpOptions> http,
    SelfTestResult result,
    ILogger<SelfTest> logger) : IHostedLifecycleService
{
    /// <summary>Set to <c>true</c> in the images of .NET and in ours.</summary>
    private const string ContainerVariable = "DOTNET_RUNNING_IN_CONTAINER";

    private const string DockersFile = "/.dockerenv";

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await peers.TestPortAsync(cancellationToken) is not { } port)
        {
            return;
        }

        var report = new SelfTestReport
        {
            Port = port,
            HasPublicAddress = addresses.Advertised.Count > 0 || addresses.Discovered.Count > 0,
            IsInContainer = Environment.GetEnvironmentVariable(ContainerVariable) == "true" || File.Exists(DockersFile),
            HttpsPort = http.Value.TlsEnabled ? http.Value.TlsPort : null,
            CertificateNames = [.. NamesOf(certificate.Current().TargetCertificate)],
            OwnAddresses = [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)],
        };
        result.Sentence = report.Sentence;
        if (report.Problems.Count == 0)
        {
            logger.SelfTestPassed(report.Sentence);
        }
        else
        {
            logger.SelfTestFoundProblems(report.Sentence);
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is null ? [] : names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()));
    }
}
