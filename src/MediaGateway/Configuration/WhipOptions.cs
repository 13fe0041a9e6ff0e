using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>Publishing and playing by HTTP, WHIP and WHEP: section <c>Whip</c>.</summary>
internal sealed class WhipOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Whip";

    /// <summary>Whether <c>/whip</c> and <c>/whep</c> are served.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Requests per second that one address, or one IPv6 network of 64 bits, may make for long; 10 is ASVS V17's figure. This machine's
    /// own addresses are not counted: a proxy on it speaks for many clients.
    /// </summary>
    [Range(1, 10_000)]
    public int RequestsPerSecond { get; set; } = 10;

    /// <summary>Requests that it may make at once after a pause.</summary>
    [Range(1, 100_000)]
    public int RequestBurst { get; set; } = 20;

    /// <summary>
    /// The gateway's address as clients reach it, such as <c>https://media.example.org</c>, with a proxy's path if there is one. Empty:
    /// <c>Location</c> is a path, which every client that follows RFC 9725 resolves against the address that it has called.
    /// </summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Origins, such as <c>https://example.org</c>, whose pages may publish and play. Empty: those of every origin.</summary>
    public IList<string> AllowedOrigins { get; } = [];
}
