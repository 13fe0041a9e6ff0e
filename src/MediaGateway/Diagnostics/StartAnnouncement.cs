using MediaGateway.Configuration;
using MediaGateway.Streams;
using Microsoft.Extensions.Options;

namespace MediaGateway.Diagnostics;

/// <summary>Says in words, once everything listens, where the page is, where to play, and which addresses browsers are offered.</summary>
internal sealed class StartAnnouncement(
    IOptions<HttpOptions> http,
    IOptions<RtmpOptions> rtmp,
    IOptions<WebRtcOptions> webRtc,
    IOptions<StreamOptions> streams,
    IOptions<TlsOptions> tls,
    OpenFileLimit files,
    IPeerSessions publishing,
    ILogger<StartAnnouncement> logger) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        string host = webRtc.Value.AdvertisedAddresses.FirstOrDefault() ?? "localhost";
        string offered = string.Join(", ", publishing.OfferedAddresses);
        string origin = webRtc.Value.AdvertisedAddresses.Count > 0
            ? "from WebRtc:AdvertisedAddresses"
            : webRtc.Value.StunServer.Length > 0 ? "from WebRtc:StunServer and this machine"
            : "this machine's own; set MEDIAGATEWAY_PUBLIC_ADDRESS if browsers reach it under another one";
        Console.Out.WriteLine($"""

            MediaGateway {GatewayVersion.Current} is running.
              Publish:  open http://{host}:{http.Value.Port}/ in a browser and click Publish
            {SecurePage(host)}  Watch:    rtmp://{host}:{rtmp.Value.Port}/{streams.Value.DefaultApplication}/<stream name>  (VLC: Media > Open Network Stream)
            {Secure(host)}  Browsers send camera and microphone to {MediaPort}; they are offered {offered}
                        ({origin})
              A browser gives cameras only to pages on http://localhost or on HTTPS. {Certificate}

            """);
        if (files.IsShort)
        {
            logger.FewOpenFiles(files.Files, files.Rtmp, files.WantedRtmp, files.Http, files.WantedHttp, files.Needed);
        }

        return Task.CompletedTask;
    }

    private string Certificate => !http.Value.TlsEnabled ? "HTTPS is switched off (Http:TlsEnabled)."
        : tls.Value.CertificatePath.Length > 0 ? ""
        : "The gateway's own certificate makes it warn once: go on.";

    private string MediaPort => webRtc.Value.TcpEnabled
        ? $"UDP port {webRtc.Value.Port}, or TCP where UDP does not get through"
        : $"UDP port {webRtc.Value.Port}";

    private string SecurePage(string host) => http.Value.TlsEnabled
        ? $"            https://{host}:{http.Value.TlsPort}/ from other machines{Environment.NewLine}"
        : "";

    private string Secure(string host) => rtmp.Value.TlsEnabled
        ? $"            rtmps://{host}:{rtmp.Value.TlsPort}/{streams.Value.DefaultApplication}/<stream name>{Environment.NewLine}"
        : "";

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
}
