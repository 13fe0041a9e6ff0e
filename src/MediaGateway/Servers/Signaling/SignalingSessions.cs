using System.Collections.Concurrent;
using System.Threading.Channels;
using MediaGateway.Sessions;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// Which page connection follows which media session. Any thread may call it; status messages go through a bounded queue whose
/// overflow drops the oldest, so that the media loop never waits for a page.
/// </summary>
internal sealed class SignalingSessions(TimeProvider time)
{
    /// <summary>How long a media session outlives the connection of its page: time enough to connect again.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const int MaxSessionsPerConnection = 16;
    private const int MaxQueuedMessages = 4096;

    private readonly ConcurrentDictionary<string, Follower> _followers = new(StringComparer.Ordinal);

    private readonly Channel<SignalingMessage> _messages = Channel.CreateBounded<SignalingMessage>(
        new BoundedChannelOptions(MaxQueuedMessages) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>The messages to send, in order; one reader.</summary>
    public ChannelReader<SignalingMessage> Messages => _messages.Reader;

    /// <summary>Whether a connection has as many sessions as one page may have.</summary>
    public bool IsFull(string connectionId) =>
        _followers.Values.Count(follower => follower.ConnectionId == connectionId) >= MaxSessionsPerConnection;

    /// <summary>Notes that a connection follows a session.</summary>
    public void Add(string mediaSessionId, string connectionId, PageSession? session = null) =>
        _followers[mediaSessionId] = new Follower(connectionId, null, session);

    /// <summary>The session of that id if that connection follows it; else null.</summary>
    public PageSession? Find(string mediaSessionId, string connectionId) =>
        _followers.TryGetValue(mediaSessionId, out Follower? follower) && follower.ConnectionId == connectionId ? follower.Session : null;

    /// <summary>Forgets a session that never came to be.</summary>
    public void Remove(string mediaSessionId) => _followers.TryRemove(mediaSessionId, out _);

    /// <summary>Gives a session to another connection; false when the session is gone.</summary>
    public bool TryMove(string mediaSessionId, string connectionId)
    {
        // The end of the old connection may be noted between the two calls: that is no end of the session.
        while (_followers.TryGetValue(mediaSessionId, out Follower? old))
        {
            if (_followers.TryUpdate(mediaSessionId, new Follower(connectionId, null, old.Session), old))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Starts the grace time of every session of a connection.</summary>
    public void Disconnected(string connectionId)
    {
        long now = time.GetTimestamp();
        foreach ((string id, Follower follower) in _followers)
        {
            if (follower.ConnectionId == connectionId)
            {
                _followers.TryUpdate(id, follower with { LostAt = now }, follower);
            }
        }
    }

    /// <summary>The sessions whose page has been away for longer than <see cref="Grace"/>.</summary>
    public IReadOnlyList<string> Abandoned() =>
        [.. _followers.Where(pair => pair.Value.LostAt is { } lost && time.GetElapsedTime(lost) > Grace).Select(pair => pair.Key)];

    /// <summary>Queues a message.</summary>
    public void Post(SignalingMessage message) => _messages.Writer.TryWrite(message);

    /// <summary>Queues data for a page that plays; it is left out while many messages wait, so that no status is lost for it.</summary>
    public void PostData(MediaSession session, ReadOnlyMemory<byte> message)
    {
        if (_messages.Reader.Count < MaxQueuedMessages / 2)
        {
            Post(new RawDataMessage(session.Id, session.Key.Name, message));
        }
    }

    /// <summary>Whom to send a message to; a final status ends the following.</summary>
    public string? ReceiverOf(SignalingMessage message)
    {
        Follower? follower;
        bool found = message.IsFinal
            ? _followers.TryRemove(message.MediaSessionId, out follower)
            : _followers.TryGetValue(message.MediaSessionId, out follower);
        return found ? follower!.ConnectionId : null;
    }

    private sealed record Follower(string ConnectionId, long? LostAt, PageSession? Session);
}
