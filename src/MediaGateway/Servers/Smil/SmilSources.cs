using MediaGateway.Streams;
using MediaGateway.Streams.Ladders;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Smil;

/// <summary>What manifests list: the files of recorded sets, and the levels of live streams. Any thread.</summary>
internal sealed class SmilSources(ILadder ladder, RecordedSets sets)
{
    /// <summary>The levels of a name, the highest rate first; none when there is nothing of that name.</summary>
    public async Task<IReadOnlyList<SmilLevel>> FindAsync(string application, string name)
    {
        if (sets.IsVod(application))
        {
            IReadOnlyList<RecordedLevel> files = await sets.FindAsync(application, name);
            return [.. files.Select(static file => new SmilLevel(file.Name, file.BitsPerSecond, file.Width, file.Height))];
        }

        return StreamKey.TryCreate(application, name, out StreamKey key, out _)
            ? [.. ladder.LevelsOf(key).Select(static level => new SmilLevel(level.Key.Name, level.BitsPerSecond, level.Width, level.Height))]
            : [];
    }
}
