using System.Text.Json.Serialization;

namespace MediaGateway.Connectivity;

/// <summary>STUN or TURN servers as a client is told of them; the fields are those of a browser's <c>RTCIceServer</c>.</summary>
/// <param name="Urls">Their addresses.</param>
/// <param name="Username">The user name; null without.</param>
/// <param name="Credential">The password, which belongs into no log; null without.</param>
internal sealed record IceServer(
    IReadOnlyList<string> Urls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Username,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Credential)
{
    /// <summary>One value of the header <c>Link</c> for each address (RFC 9725 4.6).</summary>
    public IEnumerable<string> ToLinkHeaders()
    {
        string credential = Username is null
            ? ""
            : $"; username=\"{Quoted(Username)}\"; credential=\"{Quoted(Credential ?? "")}\"; credential-type=\"password\"";
        return Urls.Select(url => $"<{url}>; rel=\"ice-server\"{credential}");
    }

    /// <summary>Says nothing of the password.</summary>
    public override string ToString() => string.Join(", ", Urls);

    private static string Quoted(string text) => text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
