using System.Globalization;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Ice;

/// <summary>A host candidate, component 1: an address at which the gateway can be reached.</summary>
/// <param name="Address">The advertised address and port.</param>
/// <param name="Index">Its place in the order of preference among those of its protocol, 0 first.</param>
/// <param name="Protocol">How it is reached. Over TCP the peer connects: the candidate is passive (RFC 6544 4.1).</param>
internal readonly record struct IceCandidate(TransportAddress Address, int Index, TransportProtocol Protocol = TransportProtocol.Udp)
{
    private const uint HostTypePreference = 126;

    /// <summary>RFC 6544 4.2: below that of UDP, so that TCP is for those who get through with nothing else.</summary>
    private const uint TcpHostTypePreference = 90;

    /// <summary>RFC 6544 4.2: the upper three bits of the local preference, 4 for a passive host candidate.</summary>
    private const uint PassivePreference = 4 << 13;

    private const uint HighestTcpPreference = (1 << 13) - 1;
    private const uint HighestLocalPreference = 65535;
    private const uint Component = 1;

    private bool IsTcp => Protocol == TransportProtocol.Tcp;

    /// <summary>RFC 8445 5.1.2.1: (2^24)(type preference) + (2^8)(local preference) + (256 - component).</summary>
    public uint Priority => IsTcp
        ? (TcpHostTypePreference << 24) + ((PassivePreference + HighestTcpPreference - (uint)Index) << 8) + (256 - Component)
        : (HostTypePreference << 24) + ((HighestLocalPreference - (uint)Index) << 8) + (256 - Component);

    /// <summary>RFC 8445 5.1.1.3: candidates of the same type, protocol and base share a foundation; each of ours has a base of its own.</summary>
    public string Foundation => ((IsTcp ? 101 : 1) + Index).ToString(CultureInfo.InvariantCulture);

    /// <summary>The candidates of an answer: those over UDP, then those over TCP.</summary>
    public static IReadOnlyList<IceCandidate> ListOf(IEnumerable<TransportAddress> udp, IEnumerable<TransportAddress> tcp) =>
    [
        .. udp.Select((address, index) => new IceCandidate(address, index)),
        .. tcp.Select((address, index) => new IceCandidate(address, index, TransportProtocol.Tcp)),
    ];

    /// <summary>The value of <c>a=candidate</c> (RFC 8839 5.1, RFC 6544 4.5).</summary>
    public string ToAttributeValue() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Foundation} {Component} {(IsTcp ? "tcp" : "udp")} {Priority} {Address.ToIPEndPoint().Address} {Address.Port} typ host{(IsTcp ? " tcptype passive" : "")}");
}
