using System.Net;
using MediaGateway.Authorization;
using MediaGateway.Diagnostics;
using MediaGateway.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace MediaGateway.Servers.Signaling;

/// <summary>Makes a <see cref="PageConnection"/> of every signalling connection and keeps it with that connection.</summary>
internal sealed class PageConnections(IAccessControl access, SessionDirectory directory, ResourceLedger resources, GatewayClock clock)
{
    private const int MaximumHeaderCharacters = 512;
    private const string BearerPrefix = "Bearer ";

    /// <summary>Notes who has connected. Nobody is asked yet: a connection that wants nothing costs no backend a question.</summary>
    public void Begin(HubCallerContext context)
    {
        var page = new PageConnection(access, directory, resources.Hold(ResourceKind.PageConnection));
        page.Begin(Describe(context, page), context.Abort);
        context.Items[typeof(PageConnection)] = page;
    }

    /// <summary>The connection's page.</summary>
    public static PageConnection Of(HubCallerContext context) =>
        context.Items.TryGetValue(typeof(PageConnection), out object? page) && page is PageConnection found
            ? found
            : throw new HubException("The connection has not begun.");

    private ClientConnection? Describe(HubCallerContext context, PageConnection page)
    {
        HttpContext? http = context.GetHttpContext();
        if (PageParameters.Read(http?.Request.QueryString ?? default) is not { } parameters)
        {
            return null;
        }

        return new ClientConnection
        {
            Protocol = "webrtc",
            AppKey = ClientConnection.PageApplication,
            Remote = EndPointOf(http?.Connection.RemoteIpAddress, http?.Connection.RemotePort),
            Local = EndPointOf(http?.Connection.LocalIpAddress, http?.Connection.LocalPort),
            Parameters = parameters,
            UserAgent = Cut(http?.Request.Headers.UserAgent),
            Origin = Cut(http?.Request.Headers.Origin),
            Token = TokenOf(http),
            ConnectedAt = clock.Now,
            End = page.End,
        };
    }

    private static IPEndPoint EndPointOf(IPAddress? address, int? port) => new(
        address is null ? IPAddress.Any : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port ?? 0);

    private static string? Cut(string? header) =>
        string.IsNullOrEmpty(header) ? null : header[..Math.Min(header.Length, MaximumHeaderCharacters)];

    private static string? TokenOf(HttpContext? http)
    {
        string header = http?.Request.Headers.Authorization.ToString() ?? "";
        return header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? header[BearerPrefix.Length..].Trim() : null;
    }
}
