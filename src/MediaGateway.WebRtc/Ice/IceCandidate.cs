using System.Globalization;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Ice;

/// <summary>A host candidate for UDP, component 1: an address at which the gateway can be reached.</summary>
/// <param name="Address">The advertised address and port.</param>
/// <param name="Index">Its place in the order of preference, 0 first.</param>
internal readonly record struct IceCandidate(TransportAddress Address, int Index)
{
    private const uint HostTypePreference = 126;
    private const uint HighestLocalPreference = 65535;
    private const uint Component = 1;

    /// <summary>RFC 8445 5.1.2.1: (2^24)(type preference) + (2^8)(local preference) + (256 - component).</summary>
    public uint Priority => (HostTypePreference << 24) + ((HighestLocalPreference - (uint)Index) << 8) + (256 - Component);

    /// <summary>RFC 8445 5.1.1.3: candidates of the same type and base share a foundation; each of ours has a base of its own.</summary>
    public string Foundation => (Index + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>The value of <c>a=candidate</c> (RFC 8839 5.1).</summary>
    public string ToAttributeValue() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Foundation} {Component} udp {Priority} {Address.ToIPEndPoint().Address} {Address.Port} typ host");
}
