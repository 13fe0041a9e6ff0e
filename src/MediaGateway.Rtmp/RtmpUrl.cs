namespace MediaGateway.Rtmp;

/// <summary>
/// What a client means by the application of its connect command and the name of its play command together. Clients split an address
/// at different slashes, add <c>_definst_</c>, a trailing slash or a container prefix, or leave one half empty; the meaning is in both
/// paths joined: the first segment is the application, the rest the stream. The result is not checked against any grammar of names.
/// </summary>
public sealed record RtmpUrl
{
    // The instance that Adobe's servers use when a client names none.
    private const string DefaultInstance = "_definst_";

    private static readonly string[] ContainerPrefixes = ["mp4:", "flv:", "mp3:"];

    /// <summary>Joins both halves.</summary>
    public RtmpUrl(RtmpUrlPart app, RtmpUrlPart name)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(name);
        App = app;
        Name = name;
        string joined = string.Join('/', Segments(app.Path).Concat(Segments(WithoutPrefix(name.Path))));
        int slash = joined.IndexOf('/', StringComparison.Ordinal);
        Application = slash < 0 ? joined : joined[..slash];
        StreamName = slash < 0 ? "" : joined[(slash + 1)..];
    }

    /// <summary>The application as the connect command had it, with the connection's parameters.</summary>
    public RtmpUrlPart App { get; }

    /// <summary>The stream name as the play or publish command had it, with the stream's parameters.</summary>
    public RtmpUrlPart Name { get; }

    /// <summary>The application, such as <c>live</c>; empty when there is none.</summary>
    public string Application { get; }

    /// <summary>The stream; empty when there is none. May hold slashes and anything else that a client can send.</summary>
    public string StreamName { get; }

    private static IEnumerable<string> Segments(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != DefaultInstance);

    private static string WithoutPrefix(string path)
    {
        foreach (string prefix in ContainerPrefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                return path[prefix.Length..];
            }
        }

        return path;
    }
}
