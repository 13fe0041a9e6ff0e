using System.Net;
using MediaGateway.Diagnostics;

namespace MediaGateway.Sessions;

/// <summary>
/// One client's connection, on any protocol, as hooks and the API see it: an RTMP connection, or a page's signalling connection. What
/// it says never changes; any thread.
/// </summary>
internal sealed class ClientConnection
{
    /// <summary>Names the connection as WCS does: <c>/client-ip:port/server-ip:port</c>, unique while it lives.</summary>
    public string Id => Number == 0 ? $"/{Remote}/{Local}" : $"/{Remote}/{Local}/{Number}";

    /// <summary>
    /// Tells apart what one HTTP connection has opened: a session of WHIP outlives its request, whose connection serves others. 0 for
    /// connections that are one with their transport.
    /// </summary>
    public long Number { get; init; }

    /// <summary>
    /// <c>rtmp</c>, <c>rtmps</c>, <c>rtmpt</c>, <c>rtmpts</c>, <c>webrtc</c> for the page's signalling, <c>whip</c>, <c>whep</c>,
    /// <c>http-flv</c> or <c>ws-flv</c>.
    /// </summary>
    public required string Protocol { get; init; }

    /// <summary>The hook application: <see cref="FlashApplication"/> or <see cref="PageApplication"/>.</summary>
    public required string AppKey { get; init; }

    /// <summary>The client's address.</summary>
    public required IPEndPoint Remote { get; init; }

    /// <summary>Our address that it reached.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>The connection's parameters, decoded, in the order sent; the hooks' <c>custom</c>.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    /// <summary>The RTMP application of the connect command; null for pages.</summary>
    public string? Application { get; init; }

    /// <summary>The address that an RTMP client says it connected to; null for pages.</summary>
    public string? TcUrl { get; init; }

    /// <summary>What the client says it is: <c>flashVer</c>, or the browser's user agent; null when it says nothing.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The page that an RTMP client says it belongs to; null when it says nothing.</summary>
    public string? PageUrl { get; init; }

    /// <summary>The origin of a browser's page (RFC 6454 7); null when there is none, as for RTMP.</summary>
    public string? Origin { get; init; }

    /// <summary>A bearer token that came outside the parameters; never logged. Null when there is none.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// The gateways that an RTMP publisher's stream has passed, separated by commas, as the publisher says; null when it is no relay.
    /// </summary>
    public string? RelayPath { get; init; }

    /// <summary>Gateway time of the connection.</summary>
    public required TimeSpan ConnectedAt { get; init; }

    /// <summary>Ends the connection soon, with everything on it; any thread, returns at once. The text is for logs and the client.</summary>
    public required Action<SessionEndReason, string> End { get; init; }

    /// <summary>The hook application of RTMP clients.</summary>
    public const string FlashApplication = "flashStreamingApp";

    /// <summary>The hook application of pages.</summary>
    public const string PageApplication = "defaultApp";
}
