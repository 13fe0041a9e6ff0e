using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;

namespace MediaGateway.Http;

/// <summary>Describes clients that publish or play by plain HTTP requests as hooks and the API see them. Any thread.</summary>
internal sealed class HttpClients(GatewayClock clock)
{
    private const int MaximumHeaderCharacters = 512;

    private long _connections;

    /// <summary>The client behind a request, as a connection of its own: others may come over the same transport.</summary>
    /// <param name="context">The request.</param>
    /// <param name="protocol">The word of <see cref="ClientConnection.Protocol"/>.</param>
    /// <param name="credentials">What it has shown.</param>
    /// <param name="end">Ends it.</param>
    public ClientConnection Describe(HttpContext context, string protocol, HttpCredentials credentials, Action<SessionEndReason, string> end)
    {
        ConnectionInfo connection = context.Connection;
        return new ClientConnection
        {
            Protocol = protocol,
            AppKey = ClientConnection.PageApplication,
            Remote = EndPointOf(connection.RemoteIpAddress, connection.RemotePort),
            Local = EndPointOf(connection.LocalIpAddress, connection.LocalPort),
            Number = Interlocked.Increment(ref _connections),
            Parameters = credentials.Parameters,
            UserAgent = Cut(context.Request.Headers.UserAgent),
            Origin = Cut(context.Request.Headers.Origin),
            Token = credentials.Token,
            ConnectedAt = clock.Now,
            End = end,
        };
    }

    private static IPEndPoint EndPointOf(IPAddress? address, int port) =>
        new(address is null ? IPAddress.Any : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);

    private static string? Cut(string? header) =>
        string.IsNullOrEmpty(header) ? null : header[..Math.Min(header.Length, MaximumHeaderCharacters)];
}
