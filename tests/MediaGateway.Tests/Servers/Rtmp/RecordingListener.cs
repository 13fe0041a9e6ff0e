using System.Collections.Concurrent;
using MediaGateway.Sessions;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Writes down what the session directory tells.</summary>
internal sealed class RecordingListener : ISessionListener
{
    private readonly ConcurrentQueue<string> _notes = new();

    /// <summary>What was told, in order: "opened", "closed", or a session's name, status and reason.</summary>
    public IReadOnlyList<string> Notes => [.. _notes];

    public void ConnectionOpened(ClientConnection connection) => _notes.Enqueue("opened");

    public void ConnectionClosed(ClientConnection connection) => _notes.Enqueue("closed");

    public void MediaSessionChanged(MediaSession session) =>
        _notes.Enqueue($"{session.Key.Name} {session.Status} {session.Information}".TrimEnd());
}
