using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Tls;
using Microsoft.Extensions.Options;

namespace MediaGateway.Connectivity;

/// <summary>
/// Once everything listens: whether the ways that clients are told lead here. Ends in one sentence, in the log and at <c>GET /api/statistics</c>.
/// The start does not wait for it, and an end that comes meanwhile cuts it short.
/// </summary>
internal sealed class SelfTest(
    IPeerSessions peers,
    PublicAddresses addresses,
    ServerCertificate certificate,
    IOptions<HttpOptions> http,
    SelfTestResult result,
    ILogger<SelfTest> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>Set to <c>true</c> in the images of .NET and in ours.</summary>
    private const string ContainerVariable = "DOTNET_RUNNING_IN_CONTAINER";

    private const string DockersFile = "/.dockerenv";

    private readonly CancellationTokenSource _stopping = new();
    private Task _test = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _test = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _test;
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TestAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway ends before the test did.
        }
        catch (Exception exception) when (exception is SocketException or NetworkInformationException)
        {
            logger.SelfTestFailed(exception.Message);
        }
    }

    private async Task TestAsync(CancellationToken cancellationToken)
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

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return names is null ? [] : names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()));
    }
}
