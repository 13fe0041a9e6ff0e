namespace MediaGateway.WebRtc.Sessions;

/// <summary>What carries a session's datagrams.</summary>
public enum TransportProtocol : byte
{
    /// <summary>UDP.</summary>
    Udp,

    /// <summary>TCP, each datagram with its length before it (RFC 4571); ICE over TCP, RFC 6544.</summary>
    Tcp,
}
