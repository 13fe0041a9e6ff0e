using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace MediaGateway.Servers.Whip;

/// <summary>The sessions of WHIP and WHEP by the ids in their addresses. Ids are looked up by their hash, so that the time it takes tells nothing. Any thread.</summary>
internal sealed class WhipSessions
{
    /// <summary>WCS's words for a publisher that has stopped.</summary>
    public const string StoppedByPublisher = "Stopped by publisher stop";

    /// <summary>WCS's words for a player that has stopped.</summary>
    public const string StoppedByUser = "Stopped by user";

    private readonly ConcurrentDictionary<string, WhipSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _sessions.Count;

    /// <summary>Lists a session.</summary>
    public void Add(WhipSession session) => _sessions[HashOf(session.Id)] = session;

    /// <summary>Forgets a session.</summary>
    public void Remove(WhipSession session) => _sessions.TryRemove(HashOf(session.Id), out _);

    /// <summary>The session of an address, or null.</summary>
    /// <param name="isPublisher">Whether the address is one of WHIP.</param>
    /// <param name="application">The application in the address.</param>
    /// <param name="name">The stream's name in the address.</param>
    /// <param name="id">The id in the address.</param>
    public WhipSession? Find(bool isPublisher, string application, string name, string id) =>
        _sessions.TryGetValue(HashOf(id), out WhipSession? found)
        && found.Session.IsPublisher == isPublisher
        && found.Requested.Application == application
        && found.Requested.Name == name
            ? found
            : null;

    private static string HashOf(string id) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
