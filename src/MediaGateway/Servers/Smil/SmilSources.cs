using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;

namespace MediaGateway.Servers.Smil;

/// <summary>What manifests list: the levels of live streams. Any thread.</summary>
internal sealed class SmilSources(ILadder ladder)
{
    /// <summary>The levels of a name, the highest rate first; none when there is nothing of that name.</summary>
    public Task<IReadOnlyList<SmilLevel>> FindAsync(string application, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        IReadOnlyList<SmilLevel> levels = StreamKey.TryCreate(application, name, out StreamKey key, out _)
            ? [.. ladder.LevelsOf(key).Select(static level => new SmilLevel(level.Key.Name, level.BitsPerSecond, level.Width, level.Height))]
            : [];
        return Task.FromResult(levels);
    }
}
