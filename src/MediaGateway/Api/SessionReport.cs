using System.Buffers.Text;
using System.Text;
using MediaGateway.Sessions;

namespace MediaGateway.Api;

/// <summary>One entry of <c>GET /api/v1/sessions</c>.</summary>
internal sealed record SessionReport
{
    /// <summary>Names it in addresses of this API.</summary>
    public required string Id { get; init; }

    /// <summary>Its id in hooks and in the WCS-style calls.</summary>
    public required string MediaSessionId { get; init; }

    /// <summary><c>application/name</c>.</summary>
    public required string Stream { get; init; }

    /// <summary><c>publish</c> or <c>play</c>.</summary>
    public required string Role { get; init; }

    /// <summary>How it fares.</summary>
    public required string Status { get; init; }

    /// <summary>The protocol of its connection.</summary>
    public required string Protocol { get; init; }

    /// <summary>The client's address.</summary>
    public required string RemoteAddress { get; init; }

    /// <summary>Its connection's id in this API.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>Time since it was asked for, in seconds.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>The stream's parameters; secrets are hidden.</summary>
    public required Dictionary<string, string> Parameters { get; init; }

    /// <summary>Makes the entry of one session.</summary>
    public static SessionReport From(MediaSession session, TimeSpan now) => new()
    {
        Id = IdOf(session.Id),
        MediaSessionId = session.Id,
        Stream = session.Key.ToString(),
        Role = session.IsPublisher ? "publish" : "play",
        Status = session.Status.ToString().ToLowerInvariant(),
        Protocol = session.Connection.Protocol,
        RemoteAddress = session.Connection.Remote.ToString(),
        ConnectionId = IdOf(session.Connection.Id),
        AgeSeconds = (now - session.StartedAt).TotalSeconds,
        Parameters = ParameterReport.From(session.Parameters),
    };

    /// <summary>The form of an id that fits between two slashes of an address: WCS's ids hold slashes themselves.</summary>
    public static string IdOf(string id) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(id));
}
