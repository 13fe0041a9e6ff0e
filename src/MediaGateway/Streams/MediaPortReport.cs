using System.Net;

namespace MediaGateway.Streams;

/// <summary>What a test of the media port has found.</summary>
/// <param name="Port">The port.</param>
/// <param name="ReceiveBufferBytes">The receive buffer that the kernel grants for UDP.</param>
/// <param name="WantedBufferBytes">The one that was asked for.</param>
/// <param name="TakesTcp">Whether the port is open for TCP.</param>
/// <param name="Addresses">The addresses that browsers are offered, best first.</param>
internal sealed record MediaPortReport(
    int Port, int ReceiveBufferBytes, int WantedBufferBytes, bool TakesTcp, IReadOnlyList<ReachedAddress> Addresses);

/// <summary>An address that browsers are offered.</summary>
/// <param name="Address">The address.</param>
/// <param name="OverUdp">Whether a datagram to it came out at the media port.</param>
/// <param name="OverTcp">Whether a connection to it was taken.</param>
internal sealed record ReachedAddress(IPAddress Address, bool OverUdp, bool OverTcp);
