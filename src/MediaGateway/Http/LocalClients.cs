using System.Net;

namespace MediaGateway.Http;

/// <summary>Tells programs on the gateway's own machine from others.</summary>
internal static class LocalClients
{
    /// <summary>Whether a request comes from this machine; a proxy on it that says nothing of its clients is one of its programs.</summary>
    public static bool IsHere(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
