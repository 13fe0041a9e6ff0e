using MediaGateway.Sessions;

namespace MediaGateway.Api;

/// <summary>One entry of <c>GET /api/v1/connections</c>.</summary>
internal sealed record ConnectionReport
{
    /// <summary>Names it in addresses of this API.</summary>
    public required string Id { get; init; }

    /// <summary>Its id in hooks and in the WCS-style calls.</summary>
    public required string SessionId { get; init; }

    /// <summary><c>rtmp</c>, <c>rtmps</c>, <c>rtmpt</c>, <c>rtmpts</c>, <c>webrtc</c>, <c>whip</c> or <c>whep</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The hook application.</summary>
    public required string AppKey { get; init; }

    /// <summary>The client's address.</summary>
    public required string RemoteAddress { get; init; }

    /// <summary>Our address that it reached.</summary>
    public required string LocalAddress { get; init; }

    /// <summary>The RTMP application, without its parameters; null for pages.</summary>
    public required string? Application { get; init; }

    /// <summary>The address that an RTMP client says it connected to, without its parameters; null for pages.</summary>
    public required string? TcUrl { get; init; }

    /// <summary>What the client says it is.</summary>
    public required string? UserAgent { get; init; }

    /// <summary>The page that an RTMP client says it belongs to.</summary>
    public required string? PageUrl { get; init; }

    /// <summary>Time since it was made, in seconds.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>The connection's parameters; secrets are hidden.</summary>
    public required Dictionary<string, string> Parameters { get; init; }

    /// <summary>Makes the entry of one connection.</summary>
    public static ConnectionReport From(ClientConnection connection, TimeSpan now) => new()
    {
        Id = SessionReport.IdOf(connection.Id),
        SessionId = connection.Id,
        Protocol = connection.Protocol,
        AppKey = connection.AppKey,
        RemoteAddress = connection.Remote.ToString(),
        LocalAddress = connection.Local.ToString(),
        Application = ParameterReport.WithoutQuery(connection.Application),
        TcUrl = ParameterReport.WithoutQuery(connection.TcUrl),
        UserAgent = connection.UserAgent,
        PageUrl = ParameterReport.WithoutQuery(connection.PageUrl),
        AgeSeconds = (now - connection.ConnectedAt).TotalSeconds,
        Parameters = ParameterReport.From(connection.Parameters),
    };
}
