namespace MediaGateway.Servers.WebRtc;

/// <summary>What peers may make the TCP media port hold.</summary>
internal static class TcpMediaLimits
{
    /// <summary>Connections in all; further ones are closed at once.</summary>
    public const int MaximumConnections = 2048;

    /// <summary>Connections on which no authentic check has come; a further one takes the place of the oldest.</summary>
    public const int MaximumUnproven = 512;

    /// <summary>The same of one IPv4 address or one IPv6 network of 64 bits; a further one is closed at once.</summary>
    public const int MaximumUnprovenPerAddress = 32;

    /// <summary>Datagrams on a connection before an authentic check: a browser sends checks only.</summary>
    public const int MaximumUnprovenDatagrams = 32;

    /// <summary>Bytes that wait for a peer which takes them too slowly; then what is new is left out, datagram by datagram.</summary>
    public const int OutgoingBytes = 128 * 1024;

    /// <summary>Of these, bytes after which pictures are left out; what is left is for sound and control.</summary>
    public const int OutgoingPictureBytes = 96 * 1024;

    /// <summary>From the connection to the first authentic check.</summary>
    public static readonly TimeSpan ProofTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A connection on which nothing comes for so long is closed: a peer checks its pair every few seconds (RFC 7675 5.1).</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);
}
