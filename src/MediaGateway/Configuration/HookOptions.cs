using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Questions and reports to a backend over HTTP: section <c>Hooks</c>. The contract is in docs/hooks.md.</summary>
internal sealed class HookOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Hooks";

    /// <summary>
    /// How the backend is spoken to: <c>none</c>; <c>wcs</c>, the REST hooks of Flashphoner's Web Call Server; <c>srs</c>, the
    /// <c>http_hooks</c> of SRS; <c>mediamtx</c>, the <c>authHTTPAddress</c> of MediaMTX.
    /// </summary>
    [AllowedValues("none", "wcs", "srs", "mediamtx", ErrorMessage = "The field {0} must be none, wcs, srs or mediamtx.")]
    public string Style { get; set; } = "none";

    /// <summary>
    /// The backend's address, http or https. Style wcs appends the method's name: <c>http://host/app/publishStream</c>; the others post
    /// to this very address. Hooks are only ever sent to addresses of these settings. Null or empty: there is none.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// For one method's name, the whole address that it is posted to instead, as SRS's settings have one per action.
    /// </summary>
    public IDictionary<string, string> MethodUrls { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Other settings for <c>flashStreamingApp</c> (RTMP) or <c>defaultApp</c> (pages).</summary>
    public IDictionary<string, HookApplicationOptions> Applications { get; } =
        new Dictionary<string, HookApplicationOptions>(StringComparer.Ordinal);

    /// <summary>
    /// From the question to the last byte of the answer, whatever trickles in meanwhile. A client waits for so long; players give up
    /// after 10 s or more.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Questions asked at the same time; one more waits, within its own <see cref="Timeout"/>. 512 lets 500 publishers who come at once
    /// be asked about at once. Each takes a connection to the backend.
    /// </summary>
    [Range(1, 10_000)]
    public int MaximumConcurrentCalls { get; set; } = 512;

    /// <summary>
    /// Methods that are answered with yes when the backend cannot be asked: unreachable, too slow, or answering nonsense. None: no
    /// backend, no publishing and no playing. A refusal stays a refusal.
    /// </summary>
    public IList<string> FailOpen { get; } = [];

    /// <summary>
    /// Pause between two <c>StreamKeepAliveEvent</c> of one media session (style wcs; there
    /// <c>streaming_sessions_keep_alive_interval</c>).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StreamKeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Applications, <c>flashStreamingApp</c> or <c>defaultApp</c>, whose media sessions send <c>StreamKeepAliveEvent</c> (style wcs;
    /// there <c>streaming_sessions_keep_alive_app_keys</c>). None by default, as it costs a call per session and interval.
    /// </summary>
    public IList<string> StreamKeepAliveApplications { get; } = [];
}
