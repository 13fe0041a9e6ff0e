using System.Net;
using System.Security.Cryptography;
using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>The name under which this gateway speaks to backends; a new one at each start, so that a restart shows.</summary>
internal sealed class HookNode
{
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 32;

    /// <summary>The random part.</summary>
    public string Id { get; } = RandomNumberGenerator.GetString(Characters, Length);

    /// <summary><c>id@address</c>, with the address that the client has reached.</summary>
    public string NameFor(ClientConnection connection) => $"{Id}@{Plain(connection.Local.Address)}";

    /// <summary>An address without the IPv6 form that a socket for both gives an IPv4 peer.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
