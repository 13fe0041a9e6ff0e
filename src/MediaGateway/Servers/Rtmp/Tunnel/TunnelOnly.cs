namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>Marks the connections of a port that serves RTMPT and nothing else.</summary>
internal sealed class TunnelOnly
{
    /// <summary>The mark.</summary>
    public static TunnelOnly Instance { get; } = new();
}
