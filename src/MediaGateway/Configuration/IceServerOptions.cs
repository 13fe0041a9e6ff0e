using System.ComponentModel.DataAnnotations;

namespace MediaGateway.Configuration;

/// <summary>The STUN and TURN servers that browsers and WHIP clients are told to use: section <c>IceServers</c>.</summary>
internal sealed class IceServerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "IceServers";

    /// <summary>
    /// Their addresses (RFC 7064, RFC 7065), such as <c>stun:stun.example.org:3478</c> or <c>turn:turn.example.org:3478?transport=tcp</c>.
    /// An empty one is left out.
    /// The gateway itself needs none: they are for clients whose network lets nothing through but TURN.
    /// </summary>
    public IList<string> Urls { get; } = [];

    /// <summary>The user name at the TURN servers; unused with <see cref="SharedSecret"/>.</summary>
    public string Username { get; set; } = "";

    /// <summary>The password at the TURN servers; unused with <see cref="SharedSecret"/>. Every client is told it.</summary>
    public string Credential { get; set; } = "";

    /// <summary>
    /// A secret that only the gateway and the TURN servers know (coturn: <c>use-auth-secret</c> and <c>static-auth-secret</c>). Each client
    /// gets a user name and a password of its own, which end after <see cref="CredentialLifetime"/>.
    /// </summary>
    public string SharedSecret { get; set; } = "";

    /// <summary>
    /// How long a user name made from <see cref="SharedSecret"/> is good. A client needs it for as long as it is connected: TURN
    /// allocations are refreshed with it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan CredentialLifetime { get; set; } = TimeSpan.FromHours(12);
}
