using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace MediaGateway.Tls;

/// <summary>
/// The one certificate of every TLS port: that of the settings, taken up anew when its file changes, or the gateway's own, renewed before
/// it ends. Any thread.
/// </summary>
internal sealed class ServerCertificate : IDisposable
{
    /// <summary>How often a handshake looks at the files, at most.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly TlsOptions _options;
    private readonly string[] _advertised;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _generatedFile;
    private readonly Lock _lock = new();
    private SslStreamCertificateContext _context;
    private DateTime _fileTime;
    private DateTimeOffset _nextLook;

    /// <summary>Loads the certificate, or makes it.</summary>
    /// <exception cref="CertificateException">The certificate of the settings cannot be used.</exception>
    public ServerCertificate(
        IOptions<TlsOptions> options,
        IOptions<WebRtcOptions> webRtc,
        TimeProvider time,
        ILogger<ServerCertificate> logger)
    {
        _options = options.Value;
        _advertised = [.. webRtc.Value.AdvertisedAddresses];
        _time = time;
        _logger = logger;
        _generatedFile = Path.Combine(AppContext.BaseDirectory, _options.DataFolder, GeneratedCertificate.FileName);
        DateTimeOffset now = time.GetUtcNow();
        _context = IsGiven ? LoadGiven(now) : TakeGenerated(now);
        _nextLook = now + LookInterval;
    }

    private bool IsGiven => _options.CertificatePath.Length > 0;

    /// <summary>For a listener's <c>UseHttps</c> where browsers come. ALPN (RFC 7301) chooses among what Kestrel serves there.</summary>
    public TlsHandshakeCallbackOptions ForBrowsers() => new()
    {
        HandshakeTimeout = _options.HandshakeTimeout,
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        }),
    };

    /// <summary>
    /// For a listener's <c>UseHttps</c> where RTMP clients come. After a handshake of TLS 1.3 the server sends session tickets (RFC 8446
    /// 4.6.1), which librtmp takes for the end of the connection. It names no server in its hello (RFC 6066 3), as no client does that was
    /// given an IP address: those get TLS 1.2. RTMP connections last, so that resuming them is of no use.
    /// </summary>
    /// <param name="protocols">What ALPN may choose; empty where clients use none, so that whatever they offer is ignored; null: HTTP.</param>
    public TlsHandshakeCallbackOptions ForRtmp(List<SslApplicationProtocol>? protocols) => new()
    {
        HandshakeTimeout = _options.HandshakeTimeout,
        OnConnection = context => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current(),
            EnabledSslProtocols = string.IsNullOrEmpty(context.ClientHelloInfo.ServerName)
                ? SslProtocols.Tls12
                : SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = protocols,
            AllowTlsResume = false,
        }),
    };

    /// <summary>The certificate in force.</summary>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (now < _nextLook)
            {
                return _context;
            }

            _nextLook = now + LookInterval;
        }

        // One thread looks, the others go on with what there is.
        Look(_time.GetUtcNow());
        lock (_lock)
        {
            return _context;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context.TargetCertificate.Dispose();

    private static SslStreamCertificateContext ContextOf(X509Certificate2 certificate, X509Certificate2Collection chain) =>
        SslStreamCertificateContext.Create(certificate, chain, offline: true);

    private void Look(DateTimeOffset now)
    {
        if (!IsGiven)
        {
            if (_context.TargetCertificate.NotAfter.ToUniversalTime() <= now.UtcDateTime + GeneratedCertificate.RenewalTime)
            {
                Replace(TakeGenerated(now));
            }

            return;
        }

        if (CertificateFiles.LastWriteTimeUtc(_options) == _fileTime)
        {
            return;
        }

        try
        {
            Replace(LoadGiven(now));
        }
        catch (CertificateException exception)
        {
            _logger.CertificateReloadFailed(exception.Message);
        }
    }

    /// <summary>The old certificate is left to the collector: handshakes may still be using it.</summary>
    private void Replace(SslStreamCertificateContext context)
    {
        lock (_lock)
        {
            _context = context;
        }
    }

    private SslStreamCertificateContext LoadGiven(DateTimeOffset now)
    {
        _fileTime = CertificateFiles.LastWriteTimeUtc(_options);
        (X509Certificate2 certificate, X509Certificate2Collection chain) = CertificateFiles.Load(_options);
        _logger.CertificateLoaded(certificate.Subject, certificate.NotAfter);
        if (certificate.NotAfter.ToUniversalTime() < now.UtcDateTime + TimeSpan.FromDays(7))
        {
            _logger.CertificateEndsSoon(certificate.Subject, certificate.NotAfter);
        }

        return ContextOf(certificate, chain);
    }

    private SslStreamCertificateContext TakeGenerated(DateTimeOffset now)
    {
        X509Certificate2? certificate = GeneratedCertificate.TryRead(_generatedFile, now, _advertised);
        if (certificate is null)
        {
            certificate = GeneratedCertificate.Make(now, _advertised);
            Keep(certificate);
        }

        return ContextOf(certificate, []);
    }

    private void Keep(X509Certificate2 certificate)
    {
        try
        {
            GeneratedCertificate.Keep(certificate, _generatedFile);
            _logger.CertificateMade(certificate.NotAfter, _generatedFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.CertificateNotKept(_generatedFile, exception.Message.ReplaceLineEndings(" "));
        }
    }
}
