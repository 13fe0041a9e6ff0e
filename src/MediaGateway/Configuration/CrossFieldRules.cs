using System.Net;
using MediaGateway.Connectivity;
using MediaGateway.Streams;
using MediaGateway.Tls;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>The rules that no range can say, one class per section. Each reports all of its failures at once.</summary>
internal static class CrossFieldRules
{
    /// <summary>Whether a text is an origin (RFC 6454 7) of HTTP.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);

    private static void CheckBindAddress(ValidateOptionsResultBuilder failures, string section, string address)
    {
        if (!ListenAddress.TryParse(address, out _))
        {
            failures.AddError($"{section}:BindAddress: '{address}' is neither an IP address nor *.");
        }
    }

    /// <summary>Section <c>Http</c>.</summary>
    internal sealed class Http : IValidateOptions<HttpOptions>
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, HttpOptions options)
        {
            var failures = new ValidateOptionsResultBuilder();
            CheckBindAddress(failures, HttpOptions.Section, options.BindAddress);
            foreach (string origin in options.AllowedOrigins)
            {
                if (!IsOrigin(origin))
                {
                    failures.AddError($"Http:AllowedOrigins: '{origin}' is not an origin such as https://example.org.");
                }
            }

            return failures.Build();
        }
    }

    /// <summary>
    /// Section <c>Rtmp</c>. Reads the other section's port from the raw settings: its options throw when they are wrong themselves, and
    /// every failure is to be told at once.
    /// </summary>
    internal sealed class Rtmp(IConfiguration configuration) : IValidateOptions<RtmpOptions>
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, RtmpOptions options)
        {
            var failures = new ValidateOptionsResultBuilder();
            CheckBindAddress(failures, RtmpOptions.Section, options.BindAddress);
            CheckPorts(failures, options);

            if (options.ViewerQueueBytes < options.MaximumMessageBytes)
            {
                failures.AddError("Rtmp:ViewerQueueBytes must be at least Rtmp:MaximumMessageBytes, or the largest keyframe never leaves.");
            }

            if (options.Redirect is { } redirect && !RedirectAddress.IsValid(redirect))
            {
                failures.AddError($"Rtmp:Redirect: {RedirectAddress.Rule}");
            }

            return failures.Build();
        }

        /// <summary>No two listeners on one port; 0 is a different one each time.</summary>
        private void CheckPorts(ValidateOptionsResultBuilder failures, RtmpOptions options)
        {
            (string Setting, int? Port)[] ports =
            [
                ("Http:Port", NumberOf(HttpOptions.Section, nameof(HttpOptions.Port), new HttpOptions().Port)),
                ("Http:TlsPort", HttpTlsPort()),
                ("Rtmp:Port", options.Port),
                ("Rtmp:TlsPort", options.TlsEnabled ? options.TlsPort : null),
                ("Rtmp:TunnelPort", options.TunnelPort),
                ("Rtmp:TunnelTlsPort", options.TunnelTlsPort),
                ("WebRtc:Port", MediaTcpPort()),
            ];
            for (int later = 1; later < ports.Length; later++)
            {
                (string setting, int? port) = ports[later];
                string? earlier = ports.Take(later).FirstOrDefault(candidate => port > 0 && candidate.Port == port).Setting;
                if (earlier is not null)
                {
                    failures.AddError($"{setting} must not be the same as {earlier} ({port}).");
                }
            }
        }

        private int? HttpTlsPort() => IsOff(HttpOptions.Section, nameof(HttpOptions.TlsEnabled))
            ? null
            : NumberOf(HttpOptions.Section, nameof(HttpOptions.TlsPort), new HttpOptions().TlsPort);

        private int? MediaTcpPort() => IsOff(WebRtcOptions.Section, nameof(WebRtcOptions.TcpEnabled))
            ? null
            : NumberOf(WebRtcOptions.Section, nameof(WebRtcOptions.Port), new WebRtcOptions().Port);

        private bool IsOff(string section, string key) => bool.TryParse(configuration[$"{section}:{key}"], out bool isOn) && !isOn;

        private int NumberOf(string section, string key, int normal) =>
            int.TryParse(configuration[$"{section}:{key}"], out int number) ? number : normal;
    }

    /// <summary>Section <c>WebRtc</c>.</summary>
    internal sealed class WebRtc : IValidateOptions<WebRtcOptions>
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, WebRtcOptions options)
        {
            var failures = new ValidateOptionsResultBuilder();
            CheckBindAddress(failures, WebRtcOptions.Section, options.BindAddress);
            foreach (string address in options.AdvertisedAddresses)
            {
                if (!IsReachable(address))
                {
                    failures.AddError($"WebRtc:AdvertisedAddresses: '{address}' is neither an IP address that a browser can reach nor a host name.");
                }
            }

            if (options.StunServer.Length > 0 && !StunServerAddress.TryParse(options.StunServer, out _))
            {
                failures.AddError($"WebRtc:StunServer: '{options.StunServer}' is not an address such as stun.example.org:3478.");
            }

            if (options.StartBitrate > options.MaximumBitrate)
            {
                failures.AddError("WebRtc:StartBitrate must not exceed WebRtc:MaximumBitrate.");
            }

            if (options.ReceiveLimit / 2 < options.MaximumBitrate)
            {
                failures.AddError("WebRtc:ReceiveLimit must be twice WebRtc:MaximumBitrate or more, for what is sent again and for sound.");
            }

            return failures.Build();
        }

        private static bool IsReachable(string text) => IPAddress.TryParse(text, out IPAddress? address)
            ? PublicAddresses.CanBeOffered(address)
            : Uri.CheckHostName(text) == UriHostNameType.Dns;
    }

    /// <summary>Section <c>Tls</c>: the certificate must be usable now, not only at the first handshake.</summary>
    internal sealed class Tls : IValidateOptions<TlsOptions>
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, TlsOptions options)
        {
            var failures = new ValidateOptionsResultBuilder();
            if (options.CertificatePath.Length == 0)
            {
                if (options.KeyPath.Length > 0)
                {
                    failures.AddError("Tls:KeyPath is set, but Tls:CertificatePath is not.");
                }

                return failures.Build();
            }

            try
            {
                CertificateFiles.Load(options).Certificate.Dispose();
            }
            catch (CertificateException exception)
            {
                failures.AddError(exception.Message);
            }

            return failures.Build();
        }
    }

    /// <summary>Section <c>Streams</c>.</summary>
    internal sealed class Streams : IValidateOptions<StreamOptions>
    {
        /// <inheritdoc/>
        public ValidateOptionsResult Validate(string? name, StreamOptions options)
        {
            var failures = new ValidateOptionsResultBuilder();
            if (!StreamKey.TryCreate(options.DefaultApplication, "any", out _, out string? refusal))
            {
                failures.AddError($"Streams:DefaultApplication: {refusal}");
            }

            if (options.KeyframeInterval >= options.CacheDuration)
            {
                failures.AddError("Streams:KeyframeInterval must be shorter than Streams:CacheDuration, or no group is ever cached whole.");
            }

            return failures.Build();
        }
    }
}
