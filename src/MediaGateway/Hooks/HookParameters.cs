using MediaGateway.Sessions;

namespace MediaGateway.Hooks;

/// <summary>A client's parameters as backends want them.</summary>
internal static class HookParameters
{
    /// <summary>Each name once, where it first stood, with its last value.</summary>
    public static IEnumerable<KeyValuePair<string, string>> LastOfEach(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var last = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> parameter in parameters)
        {
            last[parameter.Key] = parameter.Value;
        }

        return last;
    }

    /// <summary>The connection's parameters, then the stream's; once where they are the same, as for WHIP.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(MediaSession session) =>
        ReferenceEquals(session.Connection.Parameters, session.Parameters)
            ? session.Parameters
            : session.Connection.Parameters.Concat(session.Parameters);

    /// <summary>The last value of a name among the connection's and the stream's parameters; null when there is none.</summary>
    public static string? Find(MediaSession session, string name) =>
        Of(session).LastOrDefault(parameter => parameter.Key == name) is { Key: not null } found ? found.Value : null;

    /// <summary>The protocol by the name that backends of other servers know: WHIP and WHEP are <c>webrtc</c> to them.</summary>
    public static string ProtocolOf(ClientConnection connection) => connection.Protocol is "whip" or "whep" ? "webrtc" : connection.Protocol;

    /// <summary><c>c1=v1&amp;s1=v1</c>, encoded; empty when there are none.</summary>
    public static string Query(MediaSession session) => string.Join(
        '&', Of(session).Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));
}
