using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Republishing of streams to other RTMP servers: section <c>Push</c>.</summary>
internal sealed class PushOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Push";

    /// <summary>
    /// Pushes that need nobody to ask for them: whenever a stream that fits is published, it is pushed. Besides them the API starts and
    /// ends pushes.
    /// </summary>
    public IList<PushTargetOptions> Targets { get; } = [];

    /// <summary>
    /// Whether targets may have private or loopback addresses. Off, as who may start a push could otherwise reach every service inside the
    /// network. Link-local addresses, where clouds keep their metadata service, stay refused.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>
    /// Hosts that may be pushed to whatever their address is: names or IP addresses as they stand in the target's address, or networks such
    /// as <c>10.0.0.0/8</c>.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Pushes at the same time, waiting ones included.</summary>
    [Range(0, 10_000)]
    public int MaximumPushes { get; set; } = 100;

    /// <summary>
    /// How long a frame may wait for a target that takes them slower than they come; then everything up to the next keyframe is dropped.
    /// 4 s is two of the customary groups of pictures.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan QueueDuration { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How many bytes may wait for the same; 16 MiB is what a joining viewer's cached group may have.</summary>
    [Range(256 * 1024, 1024 * 1024 * 1024)]
    public int QueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>From the first packet to the end of the TLS handshake: one lost packet of each round trip is repaired well within.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A target that takes not one byte for so long is taken for gone, and connected anew.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait before a lost target is tried again; the first is one second, each further one twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan MaximumRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A PEM file with certificates of authorities that <c>rtmps</c> targets may have besides the system's; null for none.</summary>
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>Whether <c>rtmps</c> targets may have any certificate at all. For tests: the key then goes to whoever answers.</summary>
    public bool AllowUntrustedCertificates { get; set; }
}
