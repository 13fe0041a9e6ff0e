namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// The two ends of a datagram's way: the peer's address and the local address at which it arrived and from which the answer must
/// leave (a wildcard socket would choose another one on a machine with several).
/// </summary>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Local">Our address and port.</param>
/// <param name="Protocol">What carries the datagrams. With TCP the path is one connection and ends with it.</param>
public readonly record struct TransportPath(
    TransportAddress Remote, TransportAddress Local, TransportProtocol Protocol = TransportProtocol.Udp);
