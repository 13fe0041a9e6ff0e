using MediaGateway.Http;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// One player, from the question whether it may play until it has not asked for a while. It shows itself by the parameter
/// <see cref="HlsViewers.Parameter"/> of its playlists' addresses.
/// </summary>
/// <param name="id">The parameter's value.</param>
/// <param name="requested">The stream that it has asked for.</param>
/// <param name="newcomer">Its place among those who have not come back yet.</param>
/// <param name="viewer">What hooks and the API know it as; its stream has another name when a hook has given one.</param>
internal sealed class HlsViewer(string id, StreamKey requested, IDisposable newcomer, HttpViewer viewer)
{
    private long _lastAsked;

    /// <summary>Guards <see cref="IsServed"/> and <see cref="Stream"/>.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The parameter's value.</summary>
    public string Id => id;

    /// <summary>The stream that it has asked for.</summary>
    public StreamKey Requested => requested;

    /// <summary>The stream that it gets.</summary>
    public StreamKey Key => viewer.Session.Key;

    /// <summary>What hooks and the API know it as.</summary>
    public HttpViewer Viewer => viewer;

    /// <summary>Whether it plays: from its first playlist on.</summary>
    public bool IsServed { get; set; }

    /// <summary>The live stream that counts it; null before it plays, and for a file.</summary>
    public LiveStream? Stream { get; set; }

    /// <summary>Whether somebody has ended it: it stays known until it asks no more, so that its player does not come back by itself.</summary>
    public bool IsEnded => viewer.EndRequest is not null;

    /// <summary>Gateway time of its last request.</summary>
    public TimeSpan LastAsked => TimeSpan.FromTicks(Volatile.Read(ref _lastAsked));

    /// <summary>It is no newcomer any more: it has come back, or has gone. Later calls change nothing.</summary>
    public void EndNewcomer() => newcomer.Dispose();

    /// <summary>It has asked for something.</summary>
    public void Touch(TimeSpan now) => Volatile.Write(ref _lastAsked, now.Ticks);
}
