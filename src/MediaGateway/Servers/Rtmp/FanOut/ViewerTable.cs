namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// The connections of one worker, each under a token that the kernel gives back with its events. A token is never used again, so that
/// an event that was fetched before its connection went finds nobody. Used by the worker's thread only.
/// </summary>
internal sealed class ViewerTable
{
    private readonly Dictionary<ulong, Viewer> _viewers = [];
    private ulong _lastToken;

    /// <summary>Connections in the table.</summary>
    public int Count => _viewers.Count;

    /// <summary>All connections, for going through them; some may be removed meanwhile, none added.</summary>
    public Dictionary<ulong, Viewer>.ValueCollection All => _viewers.Values;

    /// <summary>Adds a connection and returns its token.</summary>
    public ulong Add(Viewer viewer)
    {
        _lastToken++;
        _viewers.Add(_lastToken, viewer);
        return _lastToken;
    }

    /// <summary>The connection of a token, or null when it has gone.</summary>
    public Viewer? Find(ulong token) => _viewers.GetValueOrDefault(token);

    /// <summary>Removes a connection.</summary>
    public void Remove(ulong token) => _viewers.Remove(token);
}
