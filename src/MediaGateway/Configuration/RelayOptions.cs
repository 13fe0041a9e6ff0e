using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Several gateways as one: section <c>Relay</c>.</summary>
internal sealed class RelayOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Relay";

    /// <summary>
    /// The gateways that viewers are sent to: by SMIL manifests, and by RTMP redirects with <see cref="RedirectPlayers"/>. Read again while
    /// the gateway runs.
    /// </summary>
    public IList<RelayNodeOptions> Nodes { get; } = [];

    /// <summary>Whether RTMP players are sent to one of <see cref="Nodes"/> instead of being served. Publishers and other gateways stay. Read again while the gateway runs.</summary>
    public bool RedirectPlayers { get; set; }

    /// <summary>Where streams that nobody publishes here are looked for.</summary>
    public IList<RelayOriginOptions> Origins { get; } = [];

    /// <summary>
    /// How long a viewer waits for a stream of an origin; then there is no such stream. Two attempts to connect and an encoder's usual 2 s
    /// between keyframes are well within.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stream is still pulled after its last viewer, as many a viewer comes back at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>An origin that sends no byte of a stream for so long is connected to anew; as <see cref="RtmpOptions.PublisherTimeout"/> for encoders.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Streams that are pulled at the same time.</summary>
    [Range(0, 10_000)]
    public int MaximumPulls { get; set; } = 500;

    /// <summary>Whether <c>/crossdomain.xml</c> lets Flash players of every site read manifests and pictures.</summary>
    public bool CrossDomainPolicy { get; set; } = true;
}
