using System.Net;

namespace MediaGateway.Servers.Rtmp.Transport;

/// <summary>Addresses as transports know them.</summary>
internal static class EndPoints
{
    private static readonly IPEndPoint None = new(IPAddress.None, 0);

    /// <summary>
    /// The address and port; those of nobody when the connection has none. One IPv4 host has one address however it arrives.
    /// </summary>
    public static IPEndPoint OrNone(this EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint address => address,
        _ => None,
    };
}
